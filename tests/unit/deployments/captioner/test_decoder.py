"""Decoder processes: right pixels, and a picture that kills one takes nothing else along."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from deployments import pixels
from deployments.captioner.decoder import Decoder
from deployments.captioner.decoder_settings import DecoderSettings
from deployments.captioner.pictures import Picture
from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded, StageUnavailable
from tests.unit.deployments.pictures import REAL, picture, truncated

# A decoder process that does as some pictures say.
SCRIPTED = """
import os, pathlib
from deployments import pixels
from deployments.captioner import decoder_process

decode = pixels.decode

def scripted(data, max_side):
    if data == b"poison":
        os.kill(os.getpid(), 9)
    if data == b"hang":
        while True:
            pass
    if data.startswith(b"once "):
        mark = pathlib.Path(data[5:].decode())
        if not mark.exists():
            mark.touch()
            os.abort()
        data = mark.with_name("picture").read_bytes()
    return decode(data, max_side)

pixels.decode = scripted
decoder_process.main()
"""


@pytest.fixture
async def decoder(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Decoder]:
    monkeypatch.setattr("deployments.captioner.decoder.MAIN", SCRIPTED)
    monkeypatch.setattr("deployments.captioner.decoder.usable_cpus", lambda: 2)
    made = Decoder(DecoderSettings(processes=2))
    yield made
    await made.stop()


def call(seconds: float = 60) -> Call:
    return Call(Deadline.after(seconds))


def pictures(*data: bytes) -> list[Picture]:
    return [Picture(f"item.images[{n}].data", one) for n, one in enumerate(data)]


def processes() -> list[psutil.Process]:
    """The decoder processes of this one that live."""
    return [
        child
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE and any("decoder_process" in word for word in child.cmdline())
    ]


async def test_pictures_are_those_that_are_decoded_here(decoder: Decoder) -> None:
    decoded = await decoder.images(pictures(*REAL.values()), 40, call())
    images = decoded.usable()
    assert [image.tobytes() for image in images] == [pixels.decode(data, 40).tobytes() for data in REAL.values()]
    assert {image.size for image in images} == {(40, 30)}
    assert decoded.usage.compute_ms > 0


async def test_a_picture_may_come_back_as_a_jpeg(decoder: Decoder) -> None:
    (data,) = (await decoder.jpegs(pictures(REAL["PNG"]), 40, 88, call())).usable()
    assert data == pixels.jpeg(pixels.decode(REAL["PNG"], 40), 88)


async def test_every_damaged_picture_is_named_and_costs_no_other(decoder: Decoder) -> None:
    decoded = await decoder.images(pictures(truncated(), REAL["PNG"], b"nonsense"), 40, call())
    assert [picture.field for picture in decoded.refused] == ["item.images[0].data", "item.images[2].data"]
    assert "truncated" in decoded.refused[0].reason
    assert [image and image.size for image in decoded.pictures] == [None, (40, 30), None]


async def test_a_process_that_dies_is_replaced_and_the_picture_tried_again(decoder: Decoder, tmp_path: Path) -> None:
    (tmp_path / "picture").write_bytes(REAL["PNG"])
    (image,) = (await decoder.images(pictures(f"once {tmp_path / 'mark'}".encode()), 40, call())).usable()
    assert image.size == (40, 30)


async def test_a_picture_that_kills_its_process_twice_is_refused_alone(
    decoder: Decoder, caplog: pytest.LogCaptureFixture
) -> None:
    others = [asyncio.create_task(decoder.images(pictures(REAL["JPEG"]), 40, call())) for _ in range(8)]
    named = Call(Deadline.after(30), request_id="r-17")
    decoded = await decoder.images(pictures(REAL["PNG"], b"poison"), 40, named)
    assert "of request r-17" in caplog.text
    assert [picture.field for picture in decoded.refused] == ["item.images[1].data"]
    assert "process" in decoded.refused[0].reason
    assert len(decoded.usable()) == 1
    assert [len(result.usable()) for result in await asyncio.gather(*others)] == [1] * 8


async def test_a_picture_is_not_blamed_where_no_process_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deployments.captioner.decoder.MAIN", "import os; os.abort()")
    decoder = Decoder(DecoderSettings())
    with pytest.raises(StageUnavailable):
        await decoder.images(pictures(REAL["PNG"]), 40, call())
    monkeypatch.setattr("sys.executable", "/nonexistent")
    with pytest.raises(StageUnavailable, match="start"):
        await decoder.images(pictures(REAL["PNG"]), 40, call())
    await decoder.stop()


async def test_an_idle_process_that_was_killed_costs_no_attempt(decoder: Decoder) -> None:
    await decoder.images(pictures(REAL["PNG"]), 40, call())
    for process in processes():
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
    assert (await decoder.images(pictures(truncated()), 40, call())).refused[0].reason.endswith("damaged")


async def test_at_the_deadline_a_codec_that_hangs_is_ended(decoder: Decoder) -> None:
    with pytest.raises(DeadlineExceeded):
        await decoder.images(pictures(b"hang", b"hang", b"hang"), 40, call(1.0))
    decoded = await decoder.images(pictures(REAL["PNG"], REAL["PNG"]), 40, call())  # both processes are free again
    assert len(decoded.usable()) == 2


async def test_a_codec_that_hangs_has_its_own_limit(decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deployments.captioner.decoder._MAX_TIME_S", 0.3)
    assert len((await decoder.images(pictures(b"hang"), 40, call())).refused) == 1


async def test_a_picture_that_needs_too_much_memory_is_refused() -> None:
    decoder = Decoder(DecoderSettings(max_memory_mb=128))
    decoded = await decoder.images(pictures(picture((7000, 7000), "PNG", "L", compress_level=1)), 40, call())
    assert "more memory" in decoded.refused[0].reason
    await decoder.stop()


async def test_no_more_processes_than_settings_and_cores_and_none_after_stop(decoder: Decoder) -> None:
    assert not processes()
    await decoder.start()
    assert len(processes()) == 1
    await asyncio.gather(*(decoder.images(pictures(REAL["JPEG"]), 40, call()) for _ in range(20)))
    assert len(processes()) <= 2
    await decoder.stop()
    assert not processes()
    with pytest.raises(StageUnavailable):
        await decoder.images(pictures(REAL["PNG"]), 40, call())


async def test_stopping_ends_what_hangs(decoder: Decoder) -> None:
    hanging = asyncio.create_task(decoder.images(pictures(b"hang"), 40, call()))
    async with asyncio.timeout(30):
        while not processes():  # noqa: ASYNC110 - a process table has no event
            await asyncio.sleep(0.01)
    await decoder.stop()
    with pytest.raises(StageUnavailable):
        await hanging
    assert not processes()


async def test_a_process_that_neither_answers_nor_ends_is_found(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deployments.captioner.decoder._HANGS_S", 0.05)
    await decoder.start()
    (process,) = processes()
    process.suspend()  # no signal but SIGKILL ends it, not even the alarm of its kernel
    with pytest.raises(DeadlineExceeded):
        await decoder.images(pictures(REAL["PNG"]), 40, call(0.3))
    with pytest.raises(StageUnavailable, match="hangs"):
        decoder.check_health()
    process.kill()
    async with asyncio.timeout(10):
        while True:
            try:
                decoder.check_health()
                break
            except StageUnavailable:
                await asyncio.sleep(0.01)
