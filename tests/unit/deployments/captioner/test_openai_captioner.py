"""The captioner of kind "openai" over HTTP, against a server that answers as it is told."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from PIL import Image as Pillow

from deployments.captioner import vision
from deployments.captioner.cache import CachedCaptioner, cached
from deployments.captioner.openai_settings import OpenAiCaptionerKnobs, OpenAiCaptionerSettings
from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded, Misconfigured
from deployments.kinds import build_captioner
from deployments.types import CaptionSource, Image, Item, VideoFrame
from tests.fake_openai import Body, FakeOpenAi, Reply, fake_openai, refusal


@asynccontextmanager
async def captioner(
    answer: Callable[[int, Body], Reply], settings: dict[str, Any] | None = None, **knobs: Any
) -> AsyncIterator[tuple[CachedCaptioner, FakeOpenAi]]:
    """A captioner that has started, and its server; what the start asked is forgotten."""
    started = False
    async with fake_openai(lambda n, body: answer(n, body) if started else Reply("Nothing.")) as fake:
        all_settings = {"server": {"base_url": fake.url, "model": "big/model"}} | (settings or {})
        validated = OpenAiCaptionerSettings.model_validate(all_settings)
        stage = cached(build_captioner(validated), validated)
        await stage.start(OpenAiCaptionerKnobs.model_validate(knobs))
        started = True
        fake.bodies.clear()
        yield stage, fake
        await stage.stop()


def picture(colour: str, side: int = 300) -> bytes:
    buffer = io.BytesIO()
    Pillow.new("RGBA", (side, side // 2), colour).save(buffer, "PNG")
    return buffer.getvalue()


def item(*colours: str, **changes: Any) -> Item:
    return Item(title="A toy", images=tuple(Image(data=picture(c)) for c in colours), **changes)


def call(seconds: float = 10) -> Call:
    return Call(Deadline.after(seconds))


def shown(body: Body) -> list[Pillow.Image]:
    """The pictures of a call, decoded."""
    urls = [part["image_url"]["url"] for part in body["messages"][-1]["content"] if part["type"] == "image_url"]
    assert all(url.startswith("data:image/jpeg;base64,") for url in urls)
    return [Pillow.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))) for url in urls]


async def test_pictures_travel_as_jpegs_before_the_words_of_the_vlm_captioner() -> None:
    usage = {"prompt_tokens": 300, "completion_tokens": 9, "total_tokens": 309}
    async with captioner(lambda n, _: Reply("A red toy.", usage=usage), {"max_image_side": 100}) as (stage, server):
        result = await stage.caption(item("red", "blue"), call())
    (body,) = server.bodies
    assert [(image.format, image.size) for image in shown(body)] == [("JPEG", (100, 50))] * 2
    expected = vision.messages(item("red", "blue"), 400, len)
    assert body["messages"][0] == {"role": "system", "content": expected[0].text}
    assert body["messages"][-1]["content"][-1] == {"type": "text", "text": expected[-1].text}
    assert body["temperature"] == 0
    assert "response_format" not in body
    assert (result.caption.text, result.caption.source) == ("A red toy.", CaptionSource.VLM)
    assert result.caption.sexual_content is not None
    assert (result.usage.prompt_tokens, result.usage.output_tokens) == (300, 9)
    assert (result.revision.kind, result.revision.model) == ("openai", "big/model")
    assert result.revision.prompt_revision == vision.revision()


async def test_the_same_content_is_asked_for_once_even_at_the_same_time() -> None:
    go = asyncio.Event()
    async with captioner(lambda n, _: Reply("A toy.", until=go)) as (stage, server):
        captions = [asyncio.create_task(stage.caption(item("red", id=str(n)), call())) for n in range(3)]
        await server.when(lambda s: s.in_flight == 1)
        go.set()
        results = await asyncio.gather(*captions)
        again = await stage.caption(item("red"), call())
        other = await stage.caption(item("green"), call())
    assert len(server.bodies) == 2
    assert [r.caption.cached for r in (*results, again, other)] == [False, False, False, True, False]


async def test_no_more_pictures_than_the_knob_says() -> None:
    frames = tuple(VideoFrame(data=picture("red", 20 + n), offset_ms=n) for n in range(9))
    async with captioner(lambda n, _: Reply("A film."), max_images=3) as (stage, server):
        await stage.caption(Item(title="A film", frames=frames), call())
    assert len(shown(server.bodies[0])) == 3


async def test_an_item_without_pictures_needs_no_server() -> None:
    async with captioner(lambda n, _: Reply("No.")) as (stage, server):
        result = await stage.caption(Item(title="Only words"), call())
    assert result.caption.source is CaptionSource.METADATA
    assert server.bodies == []


async def test_a_damaged_picture_is_named_and_not_sent() -> None:
    damaged = Image(data=picture("red")[:60])
    async with captioner(lambda n, _: Reply("A toy.")) as (stage, server):
        alone = await stage.caption(Item(title="A film", images=(damaged,)), call())
        assert server.bodies == []
        among_others = await stage.caption(Item(images=(damaged, Image(data=picture("red")))), call())
    assert (alone.caption.source, alone.caption.text) == (CaptionSource.METADATA, "A film.")
    assert among_others.caption.text == "A toy."
    assert len(shown(server.bodies[0])) == 1
    assert {p.field for p in (*alone.refused, *among_others.refused)} == {"item.images[0].data"}


async def test_an_answer_without_room_ends_with_its_last_whole_sentence() -> None:
    async with captioner(lambda n, _: Reply("A toy. It is red and", finish_reason="length")) as (stage, _):
        assert (await stage.caption(item("red"), call())).caption.text == "A toy."


async def test_at_the_deadline_the_server_is_left() -> None:
    async with captioner(lambda n, _: Reply(until=asyncio.Event())) as (stage, server):
        with pytest.raises(DeadlineExceeded):
            await stage.caption(item("red"), call(0.5))
        await server.when(lambda s: s.abandoned == 1)


async def test_a_model_that_takes_no_pictures_ends_the_start() -> None:
    async with fake_openai(lambda n, body: refusal(400, "this model takes no images")) as server:
        stage = build_captioner(
            OpenAiCaptionerSettings.model_validate({"server": {"base_url": server.url, "model": "m"}})
        )
        with pytest.raises(Misconfigured, match="takes no images"):
            await stage.start(OpenAiCaptionerKnobs())
    assert len(shown(server.bodies[0])) == 1
