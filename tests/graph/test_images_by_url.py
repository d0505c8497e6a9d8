"""Images by URL through the whole service, from a host on loopback that the operator has allowed."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from deployments.captioner.cache import CachedCaptioner
from deployments.errors import InvalidInput, StageUnavailable, UnsupportedField
from deployments.types import CaptionSource, Degradation
from serve_app.contract.messages import CaptionItemRequest, CheckCopyRequest, RouteItemRequest, ScoreCopiesRequest
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.service import PushGenService
from serve_app.ingress.http import create_app
from tests.graph.stages import PROFILES, fakes, request
from tests.graph.test_pictures import captioner, decoded  # noqa: F401 - fixtures
from tests.graph.test_service import service
from tests.picture_host import PictureHost, answer
from tests.unit.deployments.pictures import BOMB, REAL, truncated


@pytest.fixture
async def host() -> AsyncIterator[PictureHost]:
    answers = {
        "/cup.png": answer(REAL["PNG"]),
        "/cut.png": answer(truncated()),
        "/gone": answer(b"", status="404 Not Found"),
        "/busy": answer(b"", status="503 Busy"),
    }
    async with PictureHost(answers).serving() as serving:
        yield serving


@pytest.fixture
def app(captioner: CachedCaptioner, host: PictureHost) -> PushGenService:  # noqa: F811
    made = service(fakes(captioner=captioner))
    allowed = host.knobs(hosts=["localhost"], networks=["127.0.0.0/8", "::1/128"])
    made.reconfigure(IngressKnobs(images_by_url=allowed), PROFILES)
    return made


def item(host: PictureHost, *paths: str, **fields: Any) -> dict[str, Any]:
    return {"title": "Tea", "images": [{"url": host.url(path, host="localhost")} for path in paths], **fields}


async def test_a_fetched_picture_is_captioned_as_one_that_was_sent(
    app: PushGenService,
    host: PictureHost,
    decoded: list[str],  # noqa: F811
) -> None:
    decision = await app.generate(request(item=item(host, "/cup.png")), "r1")
    assert (decision.caption.source, decision.partial) == (CaptionSource.TAGS, False)
    sent = await app.generate(request(item={"title": "Tea", "images": [{"data": REAL["PNG"]}]}), "r2")
    assert sent.caption.cached  # by its content
    assert len(decoded) == 1


async def test_it_is_off_by_default(app: PushGenService, host: PictureHost) -> None:
    app.reconfigure(IngressKnobs(), PROFILES)
    with pytest.raises(UnsupportedField, match=r"item\.images\[0\]\.url: .*images_by_url"):
        await app.generate(request(item=item(host, "/cup.png", caption="A cup")), "r1")
    assert host.requests == []


async def test_nothing_is_fetched_where_nobody_looks(app: PushGenService, host: PictureHost) -> None:
    decision = await app.generate(request(item=item(host, "/cup.png", caption="A cup of tea")), "r1")
    assert decision.caption.source is CaptionSource.GIVEN
    await app.route(RouteItemRequest.model_validate({"item": item(host, "/cup.png")}), "r2")
    copies = [{"title": "Tea time"}]
    await app.score(ScoreCopiesRequest.model_validate({"item": item(host, "/cup.png"), "copies": copies}), "r3")
    await app.check(CheckCopyRequest.model_validate({"item": item(host, "/cup.png"), "copies": copies}), "r4")
    assert host.requests == []


@pytest.mark.parametrize("path", ["/gone", "/busy", "/cut.png"])
async def test_a_missing_picture_costs_itself_alone(app: PushGenService, host: PictureHost, path: str) -> None:
    decision = await app.generate(request(item=item(host, path, "/cup.png")), "r1")
    assert (decision.caption.source, decision.degradations) == (CaptionSource.TAGS, (Degradation.CAPTION_INCOMPLETE,))
    decision = await app.generate(request(item=item(host, path)), "r2")
    assert decision.degradations == (Degradation.CAPTION_FROM_METADATA,)
    assert decision.notification is not None


@pytest.mark.parametrize(
    ("path", "error"), [("/gone", InvalidInput), ("/busy", StageUnavailable), ("/cut.png", InvalidInput)]
)
async def test_without_a_way_on_the_picture_is_named(
    app: PushGenService, host: PictureHost, path: str, error: type[Exception]
) -> None:
    named = r"item\.images\[1\]\.url"
    whole = {"options": {"allow_degradation": False}, "item": item(host, "/cup.png", path)}
    with pytest.raises(error, match=named):
        await app.generate(request(**whole), "r1")
    with pytest.raises(error, match=named):
        await app.generate(request(item=item(host, path, path, title="")), "r2")
    with pytest.raises(error, match=named):
        await app.caption(CaptionItemRequest.model_validate({"item": item(host, "/cup.png", path)}), "r3")


@pytest.mark.parametrize("by_url", [False, True])
async def test_a_bomb_costs_no_more_than_its_time(app: PushGenService, host: PictureHost, by_url: bool) -> None:
    """Its 39 megapixels are allowed, so eight of them are decoded: in processes that end with the time."""
    host.answers["/bomb"] = answer(BOMB)
    bombs = item(host, *["/bomb"] * 8) if by_url else {"title": "Tea", "images": [{"data": BOMB}] * 8}
    began = time.monotonic()
    decision = await app.generate(request(item=bombs, options={"time_budget_ms": 1500}), "r1")
    assert time.monotonic() - began < 3  # of an idle core they take as long
    assert Degradation.CAPTION_FROM_METADATA in decision.degradations
    assert decision.notification is not None


async def test_the_field_is_named_over_http(app: PushGenService, host: PictureHost) -> None:
    body = {"item": {"title": "Tea", "images": [{"url": "https://169.254.169.254/latest"}]}}
    transport = httpx.ASGITransport(create_app(lambda: app))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        refused = await client.post("/v1/notifications:generate", json=body)
    assert refused.status_code == 422
    (violation,) = refused.json()["violations"]
    assert violation["field"] == "item.images[0].url"
    assert "is an address" in violation["description"]
