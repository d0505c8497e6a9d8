"""The `tags` captioner around its models: what it does with time, queues, frames and bad pictures."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import AsyncIterator, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow

from deployments.batching import BatchLimits
from deployments.captioner.cache import Incomplete
from deployments.captioner.labels import Label
from deployments.captioner.settings import TagsCaptionerSettings, TagsKnobs
from deployments.captioner.tags import TagsCaptioner
from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded, Overloaded, StageUnavailable
from deployments.types import CaptionSource, Image, Item, VideoFrame


def picture(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", (40, 30), colour).save(out, "PNG")
    return out.getvalue()


class StubTagger:
    """Tags by the colour of a picture. Waits for `go` if it has one."""

    labels = (Label(("tomato",)), Label(("lime",)), Label(("ocean",)))

    def __init__(self, go: threading.Event | None = None) -> None:
        self.go = go
        self.batches: list[int] = []
        self.entered = threading.Event()

    def pre(self, images: Sequence[Any]) -> list[NDArray[np.float32]]:
        return [np.asarray(image)[0, 0].astype(np.float32) / 255 for image in images]

    def core(self, pictures: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        self.batches.append(len(pictures))
        self.entered.set()
        if self.go:
            self.go.wait(10)
        return np.stack(pictures)


class StubReader:
    def __init__(self, lines: Sequence[str] = (), go: threading.Event | None = None) -> None:
        self.lines = list(lines)
        self.go = go
        self.looks: list[str] = []

    def find(self, image: Any, look: str) -> list[Any]:
        self.looks.append(look)
        return self.lines

    def read(self, crops: Sequence[Any]) -> list[str]:
        if self.go:
            self.go.wait(10)
        return list(crops)

    def warm_up(self, look: str) -> None: ...


@pytest.fixture
async def captioner() -> AsyncIterator[TagsCaptioner]:
    stage = TagsCaptioner(TagsCaptionerSettings(max_waiting=1))
    await stage.tag_with(StubTagger())  # type: ignore[arg-type]
    stage._reader = StubReader()  # type: ignore[assignment]
    await stage._screen.start()
    await stage._decoder.start()
    yield stage
    await stage.stop()


def call(seconds: float = 30) -> Call:
    return Call(Deadline.after(seconds))


async def test_a_picture_is_tagged_and_read(captioner: TagsCaptioner) -> None:
    captioner._reader = StubReader(["OPEN DAILY", "OPEN DAILY", "Calle Mayor"])  # type: ignore[assignment]
    result = await captioner.caption(Item(images=(Image(data=picture()),)), call())
    assert result.caption.text == "The picture shows a tomato. Text in the picture: OPEN DAILY / Calle Mayor."
    assert result.caption.source is CaptionSource.TAGS
    assert result.caption.sexual_content is not None
    assert 0 <= result.caption.sexual_content < 0.5
    assert (result.usage.batch_size, result.usage.compute_ms > 0) == (1, True)


async def test_without_pictures_the_metadata_speak_and_say_so(captioner: TagsCaptioner) -> None:
    result = await captioner.caption(Item(title="A walk", images=(Image(alt_text="The sea"),)), call())
    assert (result.caption.source, result.caption.text) == (CaptionSource.METADATA, "The sea. A walk.")


async def test_reading_that_takes_too_long_leaves_the_tags(captioner: TagsCaptioner) -> None:
    go = threading.Event()
    captioner._reader = StubReader(["OPEN DAILY"], go)  # type: ignore[assignment]
    result = await captioner.caption(Item(images=(Image(data=picture()),)), call(0.3))
    go.set()
    assert isinstance(result, Incomplete)
    assert result.caption.text == "The picture shows a tomato."


async def test_lines_that_were_read_in_time_stay(captioner: TagsCaptioner) -> None:
    class HangsOnTheSecond(StubReader):
        def find(self, image: Any, look: str) -> list[Any]:
            if self.looks:
                go.wait(10)
            return super().find(image, look)

    go = threading.Event()
    captioner._reader = HangsOnTheSecond(["OPEN DAILY"])  # type: ignore[assignment]
    result = await captioner.caption(Item(images=(Image(data=picture()),) * 2), call(0.5))
    go.set()
    assert isinstance(result, Incomplete)
    assert "OPEN DAILY" in result.caption.text


async def test_tagging_that_takes_too_long_is_an_error(captioner: TagsCaptioner) -> None:
    go = threading.Event()
    await captioner.tag_with(StubTagger(go))  # type: ignore[arg-type]
    with pytest.raises(DeadlineExceeded):
        await captioner.caption(Item(images=(Image(data=picture()),)), call(0.1))
    go.set()


async def test_the_queue_is_finite_and_a_caller_who_leaves_frees_its_place(captioner: TagsCaptioner) -> None:
    go = threading.Event()
    await captioner.tag_with(StubTagger(go))  # type: ignore[arg-type]
    item = Item(images=(Image(data=picture()),))
    first = asyncio.create_task(captioner.caption(item, call()))
    waiting = asyncio.create_task(captioner.caption(item, call()))
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await captioner.caption(item, call())
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    third = asyncio.create_task(captioner.caption(item, call()))
    go.set()
    assert (await first).caption.text == (await third).caption.text


async def test_the_knobs_choose_how_closely_to_look(captioner: TagsCaptioner) -> None:
    reader = captioner._reader = StubReader()  # type: ignore[assignment]
    item = Item(images=(Image(data=picture()),))
    for ocr in ("auto", "always", "never"):
        await captioner.reconfigure(TagsKnobs(ocr=ocr))  # type: ignore[arg-type]
        await captioner.caption(item, call())
    assert reader.looks == ["quick", "thorough"]


async def test_a_few_frames_of_a_video_are_looked_at(captioner: TagsCaptioner) -> None:
    tagger = StubTagger()
    await captioner.tag_with(tagger)  # type: ignore[arg-type]
    frames = [VideoFrame(data=picture("blue"), offset_ms=100 * n) for n in range(9)]
    result = await captioner.caption(Item(frames=tuple(reversed(frames))), call())
    assert (sum(tagger.batches), result.caption.text) == (4, "The video shows an ocean.")


async def test_a_bad_picture_is_named_and_costs_itself_alone(captioner: TagsCaptioner) -> None:
    item = Item(
        images=(Image(data=picture()),),
        frames=(VideoFrame(data=b"bad", offset_ms=9), VideoFrame(data=picture(), offset_ms=1)),
    )
    result = await captioner.caption(item, call())
    assert [picture.field for picture in result.refused] == ["item.frames[0].data"]
    assert (result.caption.source, result.usage.batch_size) == (CaptionSource.TAGS, 2)


async def test_with_bad_pictures_alone_the_metadata_speak(captioner: TagsCaptioner) -> None:
    item = Item(title="A walk", images=(Image(data=b"bad"), Image(data=b"worse")))
    result = await captioner.caption(item, call())
    assert (result.caption.source, result.caption.text) == (CaptionSource.METADATA, "A walk.")
    assert len(result.refused) == 2


async def test_a_reader_that_fails_costs_the_text_alone(captioner: TagsCaptioner) -> None:
    class Broken(StubReader):
        def find(self, image: Any, look: str) -> list[Any]:
            raise ValueError(image, look)

    captioner._reader = Broken()  # type: ignore[assignment]
    result = await captioner.caption(Item(images=(Image(data=picture()),)), call())
    assert isinstance(result, Incomplete)
    assert result.caption.text == "The picture shows a tomato."


async def test_pictures_of_several_calls_are_tagged_together() -> None:
    captioner = TagsCaptioner(TagsCaptionerSettings(max_waiting=8))
    tagger = StubTagger(threading.Event())
    await captioner.tag_with(tagger)  # type: ignore[arg-type]
    await captioner.reconfigure(TagsKnobs(ocr="never", batching=BatchLimits(max_batch_items=3)))
    items = [Item(images=(Image(data=picture(colour)),)) for colour in ("red", "blue", "red", "blue", "red")]
    first = asyncio.create_task(captioner.caption(items[0], call()))
    await asyncio.to_thread(tagger.entered.wait, 10)
    waiting = [asyncio.create_task(captioner.caption(item, call())) for item in items[1:]]
    async with asyncio.timeout(10):
        while captioner._batcher.queued < 4:  # type: ignore[union-attr]  # noqa: ASYNC110 - a length has no event
            await asyncio.sleep(0.001)
    tagger.go.set()  # type: ignore[union-attr]
    results = await asyncio.gather(first, *waiting)
    assert tagger.batches == [1, 3, 1]
    assert ["ocean" in r.caption.text for r in results] == [False, True, False, True, False]
    await captioner.stop()


async def test_work_that_hangs_in_the_pool_makes_the_captioner_ill(captioner: TagsCaptioner) -> None:
    go = threading.Event()
    captioner._reader = StubReader(["OPEN DAILY"], go)  # type: ignore[assignment]
    await captioner.reconfigure(TagsKnobs(batching=BatchLimits(max_forward_s=0.05)))
    await captioner.check_health()
    result = await captioner.caption(Item(images=(Image(data=picture()),)), call(0.5))
    assert isinstance(result, Incomplete)
    with pytest.raises(StageUnavailable, match="the captioner hangs"):
        await captioner.check_health()
    go.set()
