"""The `vlm` captioner over an engine that answers as it is told."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from PIL import Image as Pillow

from deployments.captioner.vlm import VlmCaptioner
from deployments.captioner.vlm_settings import VlmCaptionerSettings, VlmKnobs
from deployments.deadline import Call, Deadline
from deployments.engines import Message, Prompt, Sample, Sampling
from deployments.errors import DeadlineExceeded, Misconfigured, StageUnavailable
from deployments.types import CaptionSource, Image, Item, Priority, VideoFrame


class Engine:
    """Notes the chats, pictures and requests; answers one text or raises."""

    def __init__(self) -> None:
        self.chats: list[tuple[list[Message], list[Pillow.Image]]] = []
        self.requests: list[dict[str, Any]] = []
        self.error: Exception | None = None
        self.stopped = False

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def render(self, messages: list[Message], images: Sequence[Pillow.Image] = ()) -> Prompt:
        self.chats.append((messages, list(images)))
        return Prompt(text="p", images=tuple(images))

    async def sample(self, prompt: Prompt, sampling: Sampling, **request: Any) -> Sample:
        self.requests.append({"sampling": sampling, **request})
        if self.error is not None:
            raise self.error
        return Sample("A red square. And", True, -0.1, 90, 3, 7, 1.0, 2.0)

    async def check_health(self) -> None:
        raise StageUnavailable("the captioner's engine has stopped")

    async def stop(self) -> None:
        self.stopped = True


@pytest.fixture
async def captioner() -> AsyncIterator[VlmCaptioner]:
    settings = {"engine": {"model": "/srv/secret/m", "max_images_per_prompt": 2}, "max_image_side": 64}
    stage = VlmCaptioner(VlmCaptionerSettings.model_validate(settings))
    stage._engine = Engine()  # type: ignore[assignment]
    await stage._screen.start()
    await stage._decoder.start()
    yield stage
    await stage.stop()


def engine_of(captioner: VlmCaptioner) -> Engine:
    engine: Any = captioner._engine
    return engine


def picture(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", (200, 100), colour).save(out, "PNG")
    return out.getvalue()


def call(seconds: float = 30) -> Call:
    return Call(Deadline.after(seconds), Priority.BACKFILL, "r1")


async def test_pictures_are_shrunk_and_shown_and_the_answer_is_the_caption(captioner: VlmCaptioner) -> None:
    result = await captioner.caption(Item(title="A toy", images=(Image(data=picture()),)), call())
    (messages, images), request = engine_of(captioner).chats[0], engine_of(captioner).requests[0]
    assert (result.caption.text, result.caption.source) == ("A red square.", CaptionSource.VLM)
    assert result.caption.sexual_content is not None
    assert [image.size for image in images] == [(64, 32)]
    assert "Title: A toy" in messages[-1].text
    assert (request["request_id"], request["priority"]) == ("r1", Priority.BACKFILL)
    assert (result.usage.prompt_tokens, result.usage.cached_tokens, result.usage.batch_size) == (90, 3, 1)


async def test_no_more_pictures_are_shown_than_the_knob_says(captioner: VlmCaptioner) -> None:
    await captioner.reconfigure(VlmKnobs(max_images=1, temperature=0.5, max_tokens=9))
    item = Item(images=(Image(data=picture()), Image(data=picture("blue"))), frames=(VideoFrame(data=picture()),))
    await captioner.caption(item, call())
    assert len(engine_of(captioner).chats[0][1]) == 1
    sampling = engine_of(captioner).requests[0]["sampling"]
    assert (sampling.temperature, sampling.max_tokens) == (0.5, 9)


async def test_without_a_knob_as_many_pictures_are_shown_as_the_engine_takes(captioner: VlmCaptioner) -> None:
    await captioner.reconfigure(VlmKnobs())
    await captioner.caption(Item(images=tuple(Image(data=picture(name)) for name in ("red", "blue", "green"))), call())
    assert len(engine_of(captioner).chats[0][1]) == 2


async def test_an_item_without_pictures_costs_no_call_of_the_model(captioner: VlmCaptioner) -> None:
    result = await captioner.caption(Item(title="A walk", images=(Image(alt_text="The sea"),)), call())
    assert result.caption.source is CaptionSource.METADATA
    assert "A walk" in result.caption.text
    assert engine_of(captioner).requests == []


async def test_more_pictures_than_the_engine_takes_are_refused_and_the_old_knobs_stay(captioner: VlmCaptioner) -> None:
    with pytest.raises(Misconfigured, match=r"max_images=3 exceeds engine\.max_images_per_prompt=2"):
        await captioner.reconfigure(VlmKnobs(max_images=3))
    assert captioner._knobs.max_images is None


async def test_a_damaged_picture_is_named_and_the_others_are_shown(captioner: VlmCaptioner) -> None:
    result = await captioner.caption(Item(images=(Image(data=picture()), Image(data=b"bad"))), call())
    assert [refused.field for refused in result.refused] == ["item.images[1].data"]
    assert len(engine_of(captioner).chats[0][1]) == 1


async def test_the_model_is_not_asked_about_damaged_pictures_alone(captioner: VlmCaptioner) -> None:
    result = await captioner.caption(Item(title="A toy", images=(Image(data=b"bad"),)), call())
    assert [refused.field for refused in result.refused] == ["item.images[0].data"]
    assert result.caption.source is CaptionSource.METADATA
    assert engine_of(captioner).requests == []


async def test_expired_work_is_not_begun(captioner: VlmCaptioner) -> None:
    with pytest.raises(DeadlineExceeded):
        await captioner.caption(Item(images=(Image(data=picture()),)), call(-1))
    assert engine_of(captioner).chats == []


async def test_health_and_end_are_the_engines(captioner: VlmCaptioner) -> None:
    with pytest.raises(StageUnavailable):
        await captioner.check_health()
    await captioner.stop()
    assert engine_of(captioner).stopped


async def test_a_revision_shows_no_path(captioner: VlmCaptioner) -> None:
    assert captioner.revision().model == "m"
