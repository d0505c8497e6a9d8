"""The `vlm` captioner on a vision-language model that vLLM really serves: one engine for the whole file."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image as Pillow

from deployments.captioner import vision
from deployments.captioner.cache import CachedCaptioner, cached
from deployments.captioner.vlm_settings import VlmCaptionerSettings, VlmKnobs
from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded, Misconfigured
from deployments.kinds import build_captioner
from deployments.types import CaptionSource, Image, Item, VideoFrame
from tests.e2e.tiny_vlm import IMAGE_TOKENS, build

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def captioner(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[CachedCaptioner]:
    model = build(tmp_path_factory.mktemp("tiny-vlm"))
    settings = VlmCaptionerSettings.model_validate(
        {"engine": {"model": str(model), "max_images_per_prompt": 2, "max_num_seqs": 4}, "max_image_side": 256}
    )
    stage = cached(build_captioner(settings), settings)
    await stage.start(knobs())
    yield stage
    engine = stage._inner._engine  # type: ignore[attr-defined]
    assert engine.unfinished_requests == 0
    processes = engine._processes
    assert processes.alive()
    await stage.stop()
    assert not processes.alive()


def knobs(**changes: object) -> VlmKnobs:
    return VlmKnobs.model_validate({"max_images": 2, "max_tokens": 24} | changes)


def picture(*colours: str) -> bytes:
    """Stripes of colours, as a PNG."""
    image = Pillow.new("RGB", (160, 120))
    for n, colour in enumerate(colours):
        image.paste(colour, (n * 160 // len(colours), 0, 160, 120))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


RED, STRIPES = picture("red"), picture("black", "white", "blue", "yellow", "black", "white")


def item(*pictures: bytes, **changes: object) -> Item:
    return Item(title="A toy", images=tuple(Image(data=data) for data in pictures), **changes)  # type: ignore[arg-type]


def call(seconds: float = 120) -> Call:
    return Call(Deadline.after(seconds))


async def test_a_picture_gets_a_caption_of_the_model(captioner: CachedCaptioner) -> None:
    result = await captioner.caption(item(RED), call())
    assert result.caption.text
    assert result.caption.source is CaptionSource.VLM
    assert not result.caption.cached
    assert result.usage.output_tokens > 0
    assert result.usage.compute_ms > 0
    assert result.revision.kind == "vlm"
    assert result.revision.model_revision
    assert result.revision.prompt_revision == vision.revision()


async def test_the_caption_depends_on_what_the_picture_shows(captioner: CachedCaptioner) -> None:
    """Same size and words, other pixels: only the eye can tell them apart."""
    first = await captioner.caption(item(RED), call())
    other = await captioner.caption(item(STRIPES), call())
    assert first.caption.text != other.caption.text


async def test_every_picture_takes_its_tokens_of_the_prompt(captioner: CachedCaptioner) -> None:
    one = await captioner.caption(item(RED, locale="fr"), call())
    two = await captioner.caption(item(RED, STRIPES), call())
    three = await captioner.caption(item(RED, STRIPES, picture("green")), call())
    # A picture is its tokens between two marks, and the tag of the whole picture.
    assert two.usage.prompt_tokens - (await fresh(captioner, item(RED))).usage.prompt_tokens >= IMAGE_TOKENS
    assert three.usage.prompt_tokens == two.usage.prompt_tokens, "more than max_images are not looked at"
    assert one.caption.source is CaptionSource.VLM


async def fresh(captioner: CachedCaptioner, what: Item) -> object:
    """Past the cache."""
    return await captioner._inner.caption(what, call())


async def test_the_same_content_is_captioned_once(captioner: CachedCaptioner) -> None:
    what = item(picture("purple"))
    first = await captioner.caption(what, call())
    again = await captioner.caption(what.model_copy(update={"id": "another"}), call())
    assert again.caption.cached
    assert again.caption.text == first.caption.text
    assert again.usage.output_tokens == 0


async def test_frames_of_a_video_are_looked_at(captioner: CachedCaptioner) -> None:
    frames = tuple(VideoFrame(data=data, offset_ms=n) for n, data in enumerate((RED, STRIPES, RED, STRIPES, RED)))
    result = await captioner.caption(Item(title="A clip", frames=frames), call())
    assert result.caption.source is CaptionSource.VLM


async def test_an_item_without_pictures_needs_no_model(captioner: CachedCaptioner) -> None:
    result = await captioner.caption(Item(title="Only words"), call())
    assert result.caption.source is CaptionSource.METADATA
    assert "Only words" in result.caption.text
    assert result.usage.output_tokens == 0


async def test_a_damaged_picture_is_named_and_costs_itself_alone(captioner: CachedCaptioner) -> None:
    alone = await captioner.caption(item(RED[:60]), call())
    assert (alone.caption.source, alone.usage.output_tokens) == (CaptionSource.METADATA, 0)
    among_others = await captioner.caption(item(RED[:60], STRIPES), call())
    assert among_others.caption.source is CaptionSource.VLM
    assert {p.field for p in (*alone.refused, *among_others.refused)} == {"item.images[0].data"}


async def test_the_deadline_stops_the_work(captioner: CachedCaptioner) -> None:
    with pytest.raises(DeadlineExceeded):
        await captioner.caption(item(picture("orange", "pink")), call(0.01))


async def test_more_images_than_the_engine_takes_are_refused(captioner: CachedCaptioner) -> None:
    with pytest.raises(Misconfigured, match="max_images_per_prompt=2"):
        await captioner.reconfigure(knobs(max_images=3))
