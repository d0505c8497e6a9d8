"""The HTTP adapter: JSON that is the proto's, problems for every error, server-sent events, and its document."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from google.protobuf import json_format

from deployments.errors import (
    DeadlineExceeded,
    InvalidInput,
    Overloaded,
    StageFailed,
    StageUnavailable,
    UnsupportedField,
    Violation,
)
from pushgen.v1 import service_pb2
from serve_app.contract import messages
from serve_app.contract.verbs import VERBS, Verb
from serve_app.ingress.http import create_app
from serve_app.ingress.http_settings import HttpSettings
from tests.graph.fake_service import FakeService
from tests.graph.servers import UNARY_VERBS, events, example_body

ITEM = {"id": "it", "title": "t"}


@asynccontextmanager
async def client_of(service: FakeService, settings: HttpSettings | None = None) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(lambda: service, settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


def is_problem(answer: httpx.Response, status: int, reason: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["reason"] == reason
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert problem["type"].startswith("urn:pushgen:v1:")
    assert problem["request_id"] == answer.headers["x-request-id"]
    return problem


async def send(client: httpx.AsyncClient, verb: Verb, **headers: str) -> httpx.Response:
    if verb.method == "GET":
        return await client.get(verb.path, headers=headers)
    return await client.post(verb.path, json=example_body(verb), headers=headers)


@pytest.mark.parametrize("verb", UNARY_VERBS, ids=lambda v: v.name)
async def test_answers_are_the_protos_json(verb: Verb) -> None:
    async with client_of(FakeService()) as client:
        answer = await send(client, verb)
    assert answer.status_code == 200
    parsed = json_format.ParseDict(answer.json(), verb.response_message())
    assert parsed.ByteSize() > 0
    assert "null" not in answer.text


async def test_a_stream_is_named_numbered_events() -> None:
    async with client_of(FakeService()) as client:
        answer = await client.post("/v1/notifications:stream", json={"item": ITEM})
    assert answer.headers["content-type"].startswith("text/event-stream")
    received = events(answer.text)
    assert [(name, number) for name, _, number in received] == [
        ("captioned", "1"),
        ("routed", "2"),
        ("candidate", "3"),
        ("scored", "4"),
        ("decided", "5"),
    ]
    for name, data, number in received:
        message = json_format.ParseDict(data, service_pb2.StreamNotificationResponse())
        assert message.WhichOneof("event") == name
        assert str(message.sequence) == number


async def test_a_stream_that_is_refused_has_a_status_and_a_late_error_is_an_event() -> None:
    service = FakeService(stream=Overloaded("full", 3))
    async with client_of(service) as client:
        refused = await client.post("/v1/notifications:stream", json={"item": ITEM})
        is_problem(refused, 429, "OVERLOADED")
        assert refused.headers["retry-after"] == "3"
        service.after = 2
        broken = await client.post("/v1/notifications:stream", json={"item": ITEM})
    assert broken.status_code == 200
    received = events(broken.text)
    assert [name for name, _, _ in received] == ["captioned", "routed", "error"]
    assert received[-1][1]["retry_after_s"] == 3
    assert service.closed == 2


async def test_a_batch_answers_each_item() -> None:
    service = FakeService(b=StageFailed("secret"), batch=DeadlineExceeded("spent"))
    service.after = 1
    requests = [{"item": {"id": i}} for i in ("a", "b", "c")]
    async with client_of(service) as client:
        answer = await client.post("/v1/notifications:batch", json={"requests": requests, "request_id": "all"})
    received = events(answer.text)
    assert [(name, data.get("index")) for name, data, _ in received] == [
        ("decision", 2),
        ("error", 1),
        ("decision", 0),
        ("error", None),
    ]
    json_format.ParseDict(received[0][1], service_pb2.BatchGenerateNotificationsResponse())
    assert received[1][1]["error"]["request_id"] == "all/1"
    assert received[3][1]["reason"] == "TIME_BUDGET_SPENT"
    assert "secret" not in answer.text
    assert service.closed == 1


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (InvalidInput([Violation("item.locale", "no")]), 422, "INVALID_INPUT"),
        (UnsupportedField([Violation("item.images[0].url", "no")]), 501, "UNSUPPORTED_FIELD"),
        (Overloaded("full"), 429, "OVERLOADED"),
        (DeadlineExceeded("spent"), 504, "TIME_BUDGET_SPENT"),
        (StageUnavailable("away"), 503, "STAGE_UNAVAILABLE"),
        (StageFailed("/srv/secret"), 500, "STAGE_FAILED"),
        (ZeroDivisionError("/srv/secret"), 500, "INTERNAL"),
    ],
)
@pytest.mark.parametrize("verb", VERBS, ids=lambda v: v.name)
async def test_errors_are_problems_by_every_verb(verb: Verb, error: Exception, status: int, reason: str) -> None:
    async with client_of(FakeService(**{verb.name: error})) as client:
        answer = await send(client, verb, **{"X-Request-Id": "r5"})
    problem = is_problem(answer, status, reason)
    assert problem["request_id"] == "r5"
    assert problem["instance"] == verb.path
    assert "secret" not in answer.text
    assert ("violations" in problem) == isinstance(error, InvalidInput)
    assert ("retry-after" in answer.headers) == (status in {429, 503})


async def test_every_violation_of_body_and_headers_by_its_path() -> None:
    body = {"item": {"titel": "x", "images": [{"data": "%"}], "metadata": {"k": 5}}, "options": {"seed": -1}}
    async with client_of(FakeService()) as client:
        headers = {"X-PushGen-Time-Budget-Ms": "never", "X-Request-Id": "x" * 200}
        answer = await client.post("/v1/notifications:generate", json=body, headers=headers)
    problem = is_problem(answer, 422, "INVALID_INPUT")
    assert {v["field"] for v in problem["violations"]} == {
        "item.titel",
        "item.images[0].data",
        'item.metadata["k"]',
        "options.seed",
        "x-pushgen-time-budget-ms",
        "request_id",
    }


@pytest.mark.parametrize(
    ("method", "path", "content", "headers", "status", "reason"),
    [
        ("GET", "/v1/nothing", b"", {}, 404, "NOT_FOUND"),
        ("GET", "/v1/notifications:generate", b"", {}, 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/v1/items:caption", b"{", {"content-type": "application/json"}, 400, "MALFORMED_JSON"),
        ("POST", "/v1/items:caption", b"", {"content-type": "application/json"}, 400, "MALFORMED_JSON"),
        ("POST", "/v1/items:caption", b"[" * 5000, {"content-type": "application/json"}, 400, "MALFORMED_JSON"),
        ("POST", "/v1/items:caption", b'"\\ud800"', {"content-type": "application/json"}, 422, "INVALID_INPUT"),
        ("POST", "/v1/items:caption", b"\xff", {"content-type": "application/json"}, 400, "MALFORMED_JSON"),
        ("POST", "/v1/items:caption", b"{}", {"content-type": "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", "/v1/items:caption", b"{}", {}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", "/v1/items:caption", b"x" * 3000, {"content-type": "application/json"}, 413, "BODY_TOO_LARGE"),
        ("POST", "/v1/items:caption", b"[]", {"content-type": "application/json"}, 422, "INVALID_INPUT"),
    ],
)
async def test_requests_that_are_no_requests(
    method: str, path: str, content: bytes, headers: dict[str, str], status: int, reason: str
) -> None:
    async with client_of(FakeService(), HttpSettings(max_body_bytes=2048 if status == 413 else 10_000)) as client:
        answer = await client.request(method, path, content=content, headers=headers)
    is_problem(answer, status, reason)
    if status == 405:
        assert answer.headers["allow"] == "OPTIONS, POST"


async def test_a_body_of_unknown_length_is_bounded_too() -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b" " * 1024

    async with client_of(FakeService(), HttpSettings(max_body_bytes=4096)) as client:
        headers = {"content-type": "application/json"}
        answer = await client.post("/v1/items:caption", content=endless(), headers=headers)
    is_problem(answer, 413, "BODY_TOO_LARGE")
    assert taken <= 6


@pytest.mark.parametrize(
    ("in_body", "in_header", "expected"), [("b", None, "b"), ("b", "h", "b"), (None, "h", "h"), (None, None, None)]
)
async def test_the_request_id_in_and_out(in_body: str | None, in_header: str | None, expected: str | None) -> None:
    body = {"item": ITEM} | ({"request_id": in_body} if in_body else {})
    async with client_of(FakeService()) as client:
        headers = {"X-Request-Id": in_header} if in_header else {}
        answer = await client.post("/v1/notifications:generate", json=body, headers=headers)
    used = answer.json()["decision"]["request_id"]
    assert used == expected if expected else len(used) == 32
    assert answer.headers.get_list("x-request-id") == [used]


async def test_the_header_gives_a_budget_where_the_body_has_none() -> None:
    service = FakeService()
    async with client_of(service) as client:
        for options in ({}, {"time_budget_ms": 5}):
            body = {"item": ITEM, "options": options}
            await client.post("/v1/notifications:generate", json=body, headers={"X-PushGen-Time-Budget-Ms": "700"})
    assert [request.options.time_budget_ms for _, request, _ in service.seen] == [700, 5]


async def test_a_header_names_the_tenant_of_every_verb() -> None:
    service = FakeService()
    async with client_of(service) as client:
        for verb, headers in (("generate", {"X-PushGen-Tenant": "shop"}), ("stream", {"x-pushgen-tenant": "news"})):
            await client.post(f"/v1/notifications:{verb}", json={"item": ITEM}, headers=headers)
        await client.post("/v1/notifications:generate", json={"item": ITEM})
    assert service.tenants == ["shop", "news", ""]


async def test_a_large_body_does_not_hold_the_event_loop() -> None:
    """Twelve images of 2 MiB. Parsing them takes about as long as the loop would otherwise stand still."""
    image = base64.b64encode(bytes(2 * 2**20)).decode()
    body = json.dumps({"item": {"images": [{"data": image}] * 12}}).encode()
    began = time.perf_counter()
    messages.CaptionItemRequest.model_validate_json(body)
    alone_s = time.perf_counter() - began
    longest, parsing = 0.0, True

    async def beat() -> None:
        nonlocal longest
        while parsing:
            last = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - last)

    async with client_of(service := FakeService()) as client:
        heart = asyncio.create_task(beat())
        headers = {"content-type": "application/json"}
        answer = await client.post("/v1/items:caption", content=body, headers=headers)
        parsing = False
        await heart
    assert answer.status_code == 200
    assert len(service.seen[0][1].item.images[0].data) == 2 * 2**20
    assert longest < max(0.8 * alone_s, 0.1)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize(
    ("stages", "status", "word", "degraded"),
    [
        ({"a": True}, 200, "SERVING", []),
        ({"a": True, "b": False}, 503, "NOT_SERVING", []),
        ({}, 503, "NOT_SERVING", []),
        ({"router": False, "generator": True}, 200, "SERVING", ["router"]),
        ({"router": False, "generator": False}, 503, "NOT_SERVING", ["router"]),
    ],
)
async def test_readiness_follows_the_stages(
    path: str, stages: dict[str, bool], status: int, word: str, degraded: list[str]
) -> None:
    service = FakeService()
    service.stages = lambda: stages
    async with client_of(service) as client:
        answer = await client.get(path)
    assert answer.status_code == status
    assert answer.json() == {"status": word, "stages": stages, "degraded": degraded}


async def test_liveness_asks_nobody() -> None:
    async with client_of(FakeService(healthy=RuntimeError("no controller"))) as client:
        alive, ready = await client.get("/livez"), await client.get("/readyz")
    assert (alive.status_code, alive.json()) == (200, {"status": "ALIVE"})
    assert ready.json()["stages"] == {"service": False}
