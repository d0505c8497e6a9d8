"""API keys over both protocols, down to what a tenant may do: before anything of a request is read."""

from __future__ import annotations

from typing import Any

import grpc
import httpx
import pytest

from deployments.errors import Overloaded, PermissionDenied, PushGenError, Unauthenticated
from deployments.types import IncumbentKind, Source
from serve_app.access.gate import KeyAccess
from serve_app.access.keys import hash_line
from serve_app.access.tenants import TenantsFile
from serve_app.client import AsyncPushGenClient
from serve_app.contract.codec import to_message
from serve_app.contract.messages import (
    BatchGenerateNotificationsRequest,
    CheckCopyRequest,
    GetServiceInfoRequest,
    ScoreCopiesRequest,
)
from serve_app.contract.verbs import VERBS, Verb
from serve_app.flow.service import PushGenService
from serve_app.ingress.http import create_app
from tests.graph.fake_service import FakeService
from tests.graph.servers import example_body, serving
from tests.graph.stages import fakes, request
from tests.graph.test_adapters import Adapted
from tests.graph.test_service import Outcomes, service

ADAPTERS = ("brand-a", "brand-b")
BEARER = {"authorization": "Bearer shop-key"}


def access(**shop: Any) -> KeyAccess:
    rows = [
        {"name": "shop", "keys": [hash_line("shop-key")], **shop},
        {"name": "news", "keys": [hash_line("news-key")]},
    ]
    made = KeyAccess()
    made.take(TenantsFile.model_validate({"tenants": rows}))
    return made


def http(app: Any, gate: KeyAccess) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(create_app(lambda: app, access=gate))
    return httpx.AsyncClient(transport=transport, base_url="http://test")


async def send(client: httpx.AsyncClient, verb: Verb, headers: dict[str, str], **given: Any) -> httpx.Response:
    given = given or ({"json": example_body(verb)} if verb.method == "POST" else {})
    return await client.request(verb.method, verb.path, headers=headers, **given)


@pytest.mark.parametrize("verb", VERBS, ids=lambda v: v.name)
async def test_every_verb_over_http_needs_a_key_before_its_body_is_read(verb: Verb) -> None:
    async def body() -> Any:
        raise AssertionError("the body was read")
        yield b""

    async with http(app := FakeService(), access()) as client:
        unread = {"content": body()} if verb.method == "POST" else {}
        for headers in ({}, {"authorization": "Bearer wrong"}, {"x-pushgen-tenant": "shop"}):
            refused = await send(client, verb, headers, **unread)
            assert refused.status_code == 401
            assert refused.headers["www-authenticate"] == 'Bearer realm="pushgen"'
            assert refused.json()["reason"] == "UNAUTHENTICATED"
        other = await send(client, verb, BEARER | {"x-pushgen-tenant": "news"}, **unread)
        assert (other.status_code, other.json()["reason"]) == (403, "PERMISSION_DENIED")
        assert app.seen == []
        assert (await send(client, verb, BEARER)).status_code == 200
    assert app.tenants == ["shop"]


@pytest.mark.parametrize("verb", VERBS, ids=lambda v: v.name)
async def test_every_verb_over_grpc_needs_a_key_before_its_bytes_are_read(verb: Verb) -> None:
    async with serving(app := FakeService(), access=access()) as address, grpc.aio.insecure_channel(address) as channel:
        raw = channel.unary_stream(f"/pushgen.v1.PushGenService/{verb.rpc}")
        for metadata, code in (
            ((), grpc.StatusCode.UNAUTHENTICATED),
            ((("authorization", "Bearer wrong"),), grpc.StatusCode.UNAUTHENTICATED),
            ((*BEARER.items(), ("x-pushgen-tenant", "news")), grpc.StatusCode.PERMISSION_DENIED),
        ):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                [_ async for _ in raw(b"\xff no message", metadata=metadata)]
            assert caught.value.code() is code
        sent = verb.request_message()
        parsed = verb.request.model_validate(example_body(verb))
        assert app.seen == []
        message = to_message(parsed, type(sent)).SerializeToString()
        assert [_ async for _ in raw(message, metadata=tuple(BEARER.items()))]
    assert app.tenants == ["shop"]


async def test_probes_and_documents_are_open_and_the_document_names_the_key() -> None:
    async with serving(FakeService(), access=access()) as address, AsyncPushGenClient(address) as client:
        assert await client.health()
    async with http(FakeService(), access()) as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/docs")).status_code == 200
        document = (await client.get("/openapi.json")).json()
    assert document["components"]["securitySchemes"]["apiKey"] | {"description": ""} == {
        "type": "http",
        "scheme": "bearer",
        "description": "",
    }
    assert document["security"] == [{"apiKey": []}]
    assert document["paths"]["/healthz"]["get"]["security"] == []
    open_document = create_app(FakeService).openapi()
    assert "security" not in open_document
    assert "securitySchemes" not in open_document["components"]


@pytest.fixture
def outcomes() -> Outcomes:
    return Outcomes()


def shop_service(outcomes: Outcomes, **shop: Any) -> PushGenService:
    return service(fakes(generator=Adapted()), outcomes, ADAPTERS, access(**shop).caller)


async def test_a_rate_is_counted_in_work_and_refused_as_the_gate_does(outcomes: Outcomes) -> None:
    app = shop_service(outcomes, rate={"units_per_s": 0.001, "burst_units": 9})
    one = request(options={"max_categories": 2, "candidates_per_category": 2})
    for tenant, good in (("shop", 2), ("news", 4)):
        answers = [await answer_of(app, one, tenant) for _ in range(4)]
        assert [a is None for a in answers] == [True] * good + [False] * (4 - good)
    refused = await answer_of(app, one, "shop")
    assert isinstance(refused, Overloaded)
    assert refused.shed == "tenant_rate"
    assert outcomes.refused == [("GenerateNotification", "tenant_rate")] * 3


async def answer_of(app: PushGenService, sent: Any, tenant: str) -> PushGenError | None:
    try:
        with app.journal.request("GenerateNotification"):
            await app.generate(sent, "r", tenant)
    except PushGenError as error:
        return error
    return None


async def test_a_batch_is_charged_once_and_whole(outcomes: Outcomes) -> None:
    app = shop_service(outcomes, daily_units=1)
    batch = BatchGenerateNotificationsRequest(requests=(request(), request()))
    answers = [answer async for _, answer in app.batch(batch, "b", "shop")]
    assert [isinstance(answer, PushGenError) for answer in answers] == [False, False]
    with pytest.raises(Overloaded) as caught, app.journal.request("BatchGenerateNotifications"):
        [_ async for _ in app.batch(batch, "b", "shop")]
    assert caught.value.shed == "tenant_quota"
    assert outcomes.refused == [("BatchGenerateNotifications", "tenant_quota")]


async def test_an_adapter_of_another_tenant_is_refused_and_not_named(outcomes: Outcomes) -> None:
    app = shop_service(outcomes, adapters=["brand-a", "brand-c"])
    assert await answer_of(app, request(options={"adapter": "brand-a"}), "shop") is None
    refused = await answer_of(app, request(options={"adapter": "brand-b"}), "shop")
    assert isinstance(refused, PermissionDenied)
    absent = await answer_of(app, request(options={"adapter": "brand-c"}), "shop")
    assert "unknown adapter 'brand-c'; known: base, brand-a" in str(absent)
    assert (await app.info(GetServiceInfoRequest(), "r", "shop")).adapters == ("brand-a",)
    assert (await app.info(GetServiceInfoRequest(), "r", "news")).adapters == ADAPTERS
    batch = BatchGenerateNotificationsRequest(requests=(request(options={"adapter": "brand-b"}), request()))
    answers = dict([pair async for pair in app.batch(batch, "b", "shop")])
    assert isinstance(answers[0], PermissionDenied)
    assert not isinstance(answers[1], PushGenError)


async def test_a_tenants_banned_terms_hold_for_what_is_written_and_what_is_brought(outcomes: Outcomes) -> None:
    app = shop_service(outcomes, banned=["coffee"])
    item = {"id": "x", "title": "Coffee and cake", "description": "A cup of coffee on a table"}
    sent = request(item=item, incumbents=[{"title": "Hot {title}", "body": "Now", "kind": IncumbentKind.TEMPLATE}])
    rejected = {}
    for tenant in ("shop", "news"):
        candidates = (await app.generate(sent, "r", tenant)).candidates
        named = [c for c in candidates if "coffee" in f"{c.title} {c.body}".lower()]
        assert {c.source for c in named} == {Source.GENERATED, Source.TEMPLATE}
        rejected[tenant] = {any(f.rule == "terms.tenant" for f in c.findings) for c in named}
    assert rejected == {"shop": {True}, "news": {False}}
    copies = ScoreCopiesRequest.model_validate({"item": item, "copies": [{"title": "Coffee and cake", "body": "Now"}]})
    for tenant, banned in (("shop", True), ("news", False)):
        (scored,) = (await app.score(copies, "r", tenant)).candidates
        assert any(f.rule == "terms.tenant" for f in scored.findings) is banned
        (checked,) = (await app.check(CheckCopyRequest(item=copies.item, copies=copies.copies), "r", tenant)).copies
        assert any(f.rule == "terms.tenant" for f in checked.findings) is banned


async def test_a_tenant_removed_after_its_call_was_let_in_is_refused(outcomes: Outcomes) -> None:
    with pytest.raises(Unauthenticated):
        await shop_service(outcomes).generate(request(), "r", "gone")
