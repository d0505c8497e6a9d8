"""One class, both protocols, one service."""

from __future__ import annotations

import httpx

from serve_app.contract.verbs import VERBS
from serve_app.ingress.http import HttpSettings
from serve_app.ingress.protocols import BothProtocols
from tests.graph.fake_service import FakeService


class Both(BothProtocols):
    http = HttpSettings(max_body_bytes=2000)

    def __init__(self) -> None:
        self.service = FakeService()


async def test_http_is_of_the_same_service_also_when_it_is_replaced_and_has_its_settings() -> None:
    both = Both()
    app = both.__serve_build_asgi_app__()
    later = both.service = FakeService()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answer = await client.post("/v1/notifications:generate", json={"item": {"id": "it", "title": "t"}})
        large = await client.post("/v1/notifications:generate", json={"item": {"title": "t" * 2000}})
    assert answer.json()["decision"]["item_id"] == "it"
    assert [verb for verb, _, _ in later.seen] == ["generate"]
    assert large.status_code == 413


async def test_the_request_id_is_left_to_serves_proxy() -> None:
    app = Both().__serve_build_asgi_app__()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answer = await client.get("/healthz", headers={"x-request-id": "mine"})
    assert answer.status_code == 200
    assert "x-request-id" not in answer.headers


def test_grpc_finds_every_rpc_on_the_same_object() -> None:
    assert all(callable(getattr(Both(), verb.rpc)) for verb in VERBS)
    assert all(callable(getattr(Both(), rpc)) for rpc in ("Check", "List", "Watch"))
