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

from deployments.captioner.cache import Incomplete
from deployments.captioner.labels import Label
from deployments.captioner.settings import TagsCaptionerSettings, TagsKnobs
from deployments.captioner.tags import TagsCaptioner
from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded, InvalidInput, Overloaded
from deployments.types import CaptionSource, Image, Item, VideoFrame


def picture(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", (40, 30), colour).save(out, "PNG")
    return out.getvalue()


class StubTagger:
    """Sees the colour of a picture. Waits for `go` where it is given one."""

    labels = (Label(("tomato",)), Label(("lime",)), Label(("ocean",)))

    def __init__(self, go: threading.Event | None = None) -> None:
        self.go = go
        self.seen = 0

    def probabilities(self, images: Sequence[Any]) -> NDArray[np.float32]:
        if self.go:
            self.go.wait(10)
        self.seen += len(images)
        rows = [np.asarray(image)[0, 0] for image in images]
        return np.array(rows, np.float32).reshape(-1, 3) / 255


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
    stage._tagger = StubTagger()  # type: ignore[assignment]
    stage._reader = StubReader()  # type: ignore[assignment]
    yield stage
    await stage.stop()


def call(seconds: float = 30) -> Call:
    return Call(Deadline.after(seconds))


async def test_a_picture_is_tagged_and_read(captioner: TagsCaptioner) -> None:
    captioner._reader = StubReader(["OPEN DAILY", "OPEN DAILY", "Calle Mayor"])  # type: ignore[assignment]
    result = await captioner.caption(Item(images=(Image(data=picture()),)), call())
    assert result.caption.text == "The picture shows a tomato. Text in the picture: OPEN DAILY / Calle Mayor."
    assert result.caption.source is CaptionSource.TAGS
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


async def test_tagging_that_takes_too_long_is_an_error(captioner: TagsCaptioner) -> None:
    go = threading.Event()
    captioner._tagger = StubTagger(go)  # type: ignore[assignment]
    with pytest.raises(DeadlineExceeded):
        await captioner.caption(Item(images=(Image(data=picture()),)), call(0.1))
    go.set()


async def test_the_queue_is_finite_and_a_caller_who_leaves_frees_its_place(captioner: TagsCaptioner) -> None:
    go = threading.Event()
    captioner._tagger = StubTagger(go)  # type: ignore[assignment]
    item = Item(images=(Image(data=picture()),))
    running = asyncio.create_task(captioner.caption(item, call()))
    waiting = asyncio.create_task(captioner.caption(item, call()))
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await captioner.caption(item, call())
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    third = asyncio.create_task(captioner.caption(item, call()))
    go.set()
    assert (await running).caption.text == (await third).caption.text


async def test_the_knobs_choose_how_closely_to_look(captioner: TagsCaptioner) -> None:
    reader = captioner._reader = StubReader()  # type: ignore[assignment]
    item = Item(images=(Image(data=picture()),))
    for ocr in ("auto", "always", "never"):
        await captioner.reconfigure(TagsKnobs(ocr=ocr))  # type: ignore[arg-type]
        await captioner.caption(item, call())
    assert reader.looks == ["quick", "thorough"]


async def test_a_few_frames_of_a_video_are_looked_at(captioner: TagsCaptioner) -> None:
    tagger = captioner._tagger = StubTagger()  # type: ignore[assignment]
    frames = [VideoFrame(data=picture("blue"), offset_ms=100 * n) for n in range(9)]
    result = await captioner.caption(Item(frames=tuple(reversed(frames))), call())
    assert (tagger.seen, result.caption.text) == (4, "The video shows an ocean.")


async def test_a_bad_picture_is_named(captioner: TagsCaptioner) -> None:
    item = Item(
        images=(Image(data=picture()),),
        frames=(VideoFrame(data=b"bad", offset_ms=9), VideoFrame(data=picture(), offset_ms=1)),
    )
    with pytest.raises(InvalidInput) as raised:
        await captioner.caption(item, call())
    assert raised.value.violations[0].field == "item.frames[0].data"
