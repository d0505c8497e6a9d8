"""The way of a picture through the service: its header is read at the ingress, its pixels once in the captioner."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Sequence
from typing import Any

import grpc
import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from deployments.captioner.cache import CachedCaptioner
from deployments.captioner.decoder import Decoder
from deployments.captioner.labels import Label
from deployments.captioner.pictures import Picture
from deployments.captioner.settings import TagsCaptionerSettings, TagsKnobs
from deployments.captioner.tags import TagsCaptioner
from deployments.deadline import Call
from deployments.errors import InvalidInput
from deployments.fakes import FakeGenerator, FakeRouter
from deployments.types import CaptionSource, Degradation, Item
from pushgen.v1 import service_pb2, service_pb2_grpc
from serve_app.contract.messages import CaptionItemRequest, CheckCopyRequest, ScoreCopiesRequest
from serve_app.flow.service import PushGenService
from serve_app.ingress.http import create_app
from tests.graph.servers import serving
from tests.graph.stages import fakes, request
from tests.graph.test_grpc import details_of
from tests.graph.test_service import service
from tests.unit.deployments.pictures import REAL, truncated

BROKEN = truncated()


class OneTag:
    labels = (Label(("tomato",)),)

    def pre(self, images: Sequence[Any]) -> list[NDArray[np.float32]]:
        return [np.ones(1, np.float32) for _ in images]

    def core(self, pictures: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        return np.stack(pictures)


@pytest.fixture
async def captioner() -> AsyncIterator[CachedCaptioner]:
    """The tags captioner behind its cache, its models replaced."""
    inner = TagsCaptioner(TagsCaptionerSettings())
    await inner.tag_with(OneTag())  # type: ignore[arg-type]
    cached = CachedCaptioner(inner)
    await cached.reconfigure(TagsKnobs(ocr="never"))
    yield cached
    await cached.stop()


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The fields of the pictures that were decoded, in order."""
    fields: list[str] = []
    images = Decoder.images

    async def watched(self: Decoder, pictures: Sequence[Picture], max_side: int, call: Call) -> Any:
        fields.extend(picture.field for picture in pictures)
        return await images(self, pictures, max_side, call)

    monkeypatch.setattr(Decoder, "images", watched)
    return fields


@pytest.fixture
def app(captioner: CachedCaptioner) -> PushGenService:
    return service(fakes(captioner=captioner))


def item(*data: bytes, **fields: Any) -> dict[str, Any]:
    return {"title": "Coffee and cake", "images": [{"data": one} for one in data], **fields}


async def test_a_picture_is_decoded_once_however_many_ask(app: PushGenService, decoded: list[str]) -> None:
    generation = request(item=item(REAL["PNG"]))
    first = await app.generate(generation, "r1")
    others = await asyncio.gather(*(app.generate(generation, f"r{n}") for n in range(2, 6)))
    assert decoded == ["item.images[0].data"]
    assert first.caption.source is CaptionSource.TAGS
    assert [d.caption.cached for d in (first, *others)] == [False, True, True, True, True]


async def test_nothing_is_decoded_where_no_caption_is_written(app: PushGenService, decoded: list[str]) -> None:
    decision = await app.generate(request(item=item(BROKEN, caption="A cup of coffee beside a cake")), "r1")
    assert (decision.caption.source, decision.partial) == (CaptionSource.GIVEN, False)
    copies = [{"title": "Coffee time"}]
    await app.score(ScoreCopiesRequest.model_validate({"item": item(BROKEN), "copies": copies}), "r2")
    await app.check(CheckCopyRequest.model_validate({"item": item(BROKEN), "copies": copies}), "r3")
    assert decoded == []


async def test_only_the_captioner_is_sent_pictures(captioner: CachedCaptioner) -> None:
    seen: dict[str, Item] = {}

    class Router(FakeRouter):
        async def route(self, item: Item, *args: Any) -> Any:
            seen["router"] = item
            return await super().route(item, *args)

    class Generator(FakeGenerator):
        def generate(self, task: Any, call: Call) -> Any:
            seen["generator"] = task.item
            return super().generate(task, call)

    # The reward scorer takes ItemFacts, which have no place for one.
    stages = fakes(captioner=captioner, router=Router(), generator=Generator())
    images = [{"data": REAL["PNG"], "alt_text": "a red door"}]
    frames = [{"data": REAL["JPEG"], "offset_ms": n} for n in range(3)]
    await service(stages).generate(request(item={"title": "A door", "images": images, "frames": frames}), "r1")
    assert seen.keys() == {"router", "generator"}
    for sent in seen.values():
        assert [(image.data, image.alt_text) for image in sent.images] == [(None, "a red door")]
        assert sent.frames == ()


async def test_the_digest_is_made_before_the_captioner_is_asked(captioner: CachedCaptioner) -> None:
    digests: list[bool] = []

    class Watching:
        async def caption(self, item: Item, call: Call) -> Any:
            digests.extend("digest" in image.__dict__ for image in item.images)
            return await captioner.caption(item, call)

    watched = service(fakes(captioner=Watching()))
    await watched.generate(request(item=item(REAL["PNG"])), "r1")
    await watched.caption(CaptionItemRequest.model_validate({"item": item(REAL["GIF"])}), "r2")
    assert digests == [True, True]


async def test_captioning_names_a_truncated_picture_over_grpc(app: PushGenService) -> None:
    asked = service_pb2.CaptionItemRequest(item=item(REAL["PNG"], BROKEN))  # type: ignore[arg-type]
    async with serving(app) as address, grpc.aio.insecure_channel(address) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await service_pb2_grpc.PushGenServiceStub(channel).CaptionItem(asked)
    assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    bad: Any = details_of(raised.value)["BadRequest"]
    assert [violation.field for violation in bad.field_violations] == ["item.images[1].data"]


async def test_captioning_names_a_truncated_picture_over_http(app: PushGenService) -> None:
    body = {"item": item(*(base64.b64encode(data).decode() for data in (REAL["PNG"], BROKEN)))}
    transport = httpx.ASGITransport(create_app(lambda: app))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.post("/v1/items:caption", json=body)
    assert answer.status_code == 422
    (violation,) = answer.json()["violations"]
    assert violation["field"] == "item.images[1].data"
    assert "truncated" in violation["description"]


async def test_a_truncated_picture_costs_a_notification_itself_alone(app: PushGenService, decoded: list[str]) -> None:
    first = await app.generate(request(item=item(BROKEN, REAL["PNG"])), "r1")
    again = await app.generate(request(item=item(BROKEN, REAL["PNG"])), "r2")
    for decision in (first, again):
        assert (decision.caption.source, decision.partial) == (CaptionSource.TAGS, True)
        assert decision.degradations == (Degradation.CAPTION_INCOMPLETE,)
        assert decision.notification is not None
    assert decoded == ["item.images[0].data", "item.images[1].data"]


async def test_with_truncated_pictures_alone_the_metadata_speak(app: PushGenService) -> None:
    decision = await app.generate(request(item=item(BROKEN)), "r1")
    assert decision.caption.source is CaptionSource.METADATA
    assert decision.degradations == (Degradation.CAPTION_FROM_METADATA,)
    assert decision.notification is not None


@pytest.mark.parametrize(
    "more",
    [{"item": item(BROKEN, REAL["PNG"]), "options": {"allow_degradation": False}}, {"item": item(BROKEN, title="")}],
)
async def test_without_a_way_on_the_truncated_picture_is_named(app: PushGenService, more: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=r"item\.images\[0\]\.data: .*truncated"):
        await app.generate(request(**more), "r1")


async def test_a_picture_that_kills_its_decoder_is_tried_once(
    app: PushGenService, monkeypatch: pytest.MonkeyPatch
) -> None:
    killing = "import os\nfrom deployments import pixels\nfrom deployments.captioner import decoder_process\n"
    killing += (
        "decode = pixels.decode\npixels.decode = lambda data, side: decode(data, side) if side < 9 else os.abort()\n"
    )
    monkeypatch.setattr("deployments.captioner.decoder.MAIN", f"{killing}decoder_process.main()")
    poison = CaptionItemRequest.model_validate({"item": item(REAL["PNG"])})
    for request_id in ("r1", "r2"):
        with pytest.raises(InvalidInput, match="process"):
            await app.caption(poison, request_id)
    decision = await app.generate(request(item=item(REAL["PNG"])), "r3")
    assert decision.degradations == (Degradation.CAPTION_FROM_METADATA,)


async def test_a_picture_that_kills_its_decoder_costs_the_caption_alone(
    app: PushGenService, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("deployments.captioner.decoder.MAIN", "import os; os.abort()")
        decision = await app.generate(request(item=item(REAL["PNG"])), "r1")
    assert decision.caption.source is CaptionSource.METADATA
    assert decision.degradations == (Degradation.CAPTION_FROM_METADATA,)
    assert decision.notification is not None
    again = await app.generate(request(item=item(REAL["PNG"])), "r2")
    assert (again.caption.source, again.partial) == (CaptionSource.TAGS, False)
