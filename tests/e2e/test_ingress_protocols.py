"""Both adapters behind Serve's real proxies: what in-process tests cannot see is what the proxies drop or add."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from google.rpc import status_pb2

from deployments.errors import InvalidInput, Overloaded, PushGenError, StageUnavailable
from deployments.types import Item
from pushgen.v1 import item_pb2, service_pb2, service_pb2_grpc
from serve_app.client import PushGenClient
from serve_app.client.address import Address
from serve_app.client.calls import error_of
from serve_app.contract.errors import INTERNAL_MESSAGE
from serve_app.contract.messages import GenerateNotificationRequest
from serve_app.demo.local import LocalServe
from tests.e2e.conftest import started


@pytest.fixture(scope="module")
def app(root: Path) -> Iterator[LocalServe]:
    yield from started(root / "tests/e2e/ingress.yaml", 300)


@pytest.fixture
def client(app: LocalServe) -> Iterator[PushGenClient]:
    with PushGenClient(app.address, timeout_s=20) as made:
        yield made


def test_every_verb(client: PushGenClient) -> None:
    item = Item(id="fine", title="t")
    assert client.generate(GenerateNotificationRequest(item=item, request_id="mine")).request_id == "mine"
    assert [e.sequence for e in client.stream(item)] == [1, 2, 3, 4, 5]
    assert [i for i, _ in client.batch([item, item])] == [1, 0]
    assert client.caption(item).caption.text
    assert client.route(item).categories
    assert client.score(item, [{"title": "x"}]).candidates  # type: ignore[list-item]
    assert client.info().version
    assert client.health()


@pytest.mark.parametrize("verb", ["generate", "stream"])
@pytest.mark.parametrize(
    ("item_id", "kind", "message", "retry_after_s"),
    [
        ("secret", PushGenError, INTERNAL_MESSAGE, None),
        ("overloaded", Overloaded, "the queue is full", 3),
        ("backpressure", Overloaded, "the service's queue is full", 1),
    ],
)
def test_errors_arrive_whole(
    client: PushGenClient, verb: str, item_id: str, kind: type, message: str, retry_after_s: float | None
) -> None:
    request = GenerateNotificationRequest(item=Item(id=item_id, title="t"), request_id="mine")
    with pytest.raises(PushGenError) as caught:
        client.generate(request) if verb == "generate" else list(client.stream(request))
    assert type(caught.value) is kind
    assert caught.value.message == message
    assert caught.value.request_id == "mine"
    assert getattr(caught.value, "retry_after_s", None) == retry_after_s


def test_a_stream_that_fails_midway_keeps_its_events_and_its_details(client: PushGenClient) -> None:
    stream = client.stream(Item(id="unavailable-midway", title="t"))
    assert [next(stream).sequence for _ in range(3)] == [1, 2, 3]
    with pytest.raises(StageUnavailable, match="the generator lost its replica"):
        next(stream)


def test_a_hundred_violations_fit_into_the_trailers(app: LocalServe) -> None:
    item = item_pb2.Item(tags=["\u00e9" * 65] * 60, metadata={"k" * 65 + str(i): "v" for i in range(60)})
    with grpc.insecure_channel(app.address) as channel:
        stub = service_pb2_grpc.PushGenServiceStub(channel)
        answers = stub.StreamNotification(service_pb2.StreamNotificationRequest(item=item), timeout=20)
        with pytest.raises(grpc.RpcError) as caught:
            list(answers)
    error = error_of(caught.value, Address.of(app.address))
    assert isinstance(error, InvalidInput)
    assert error.violations[0] == ("item.tags[0]", "has 65 characters, at most 64 are allowed")
    assert "further violations are left out" in error.violations[-1].description


def test_metadata_budget_and_request_id(app: LocalServe) -> None:
    with grpc.insecure_channel(app.address) as channel:
        stub = service_pb2_grpc.PushGenServiceStub(channel)
        request = service_pb2.CaptionItemRequest(item=item_pb2.Item(title="t"))
        answer, call = stub.CaptionItem.with_call(request, metadata=[("request_id", "from-metadata")], timeout=20)
        assert answer.request_id == "from-metadata"
        assert [v for k, v in call.trailing_metadata() if k == "request_id"] == ["from-metadata"]
        answer, call = stub.CaptionItem.with_call(request, timeout=20)
        assert [v for k, v in call.trailing_metadata() if k == "request_id"] == [answer.request_id]
        with pytest.raises(grpc.RpcError) as caught:
            stub.CaptionItem(request, metadata=[("x-pushgen-time-budget-ms", "soon")], timeout=20)
        details = dict(caught.value.trailing_metadata())["grpc-status-details-bin"]
        assert b"x-pushgen-time-budget-ms" in status_pb2.Status.FromString(details).SerializeToString()
        assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


HALF_AN_EMOJI = "\ud83c".encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("rpc", ["GenerateNotification", "StreamNotification", "CaptionItem"])
@pytest.mark.parametrize(
    ("data", "field"), [(b"no message", "request"), (b"\x0a\x05\x1a\x03" + HALF_AN_EMOJI, "item.title")]
)
def test_bytes_that_do_not_parse_are_an_invalid_argument(app: LocalServe, rpc: str, data: bytes, field: str) -> None:
    with grpc.insecure_channel(app.address) as channel:
        kind = channel.unary_stream if rpc == "StreamNotification" else channel.unary_unary
        call = kind(f"/pushgen.v1.PushGenService/{rpc}")
        with pytest.raises(grpc.RpcError) as caught:
            list(call(data, timeout=20, metadata=[("request_id", "mine")]))
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    error = error_of(caught.value, app.address)
    assert isinstance(error, InvalidInput)
    assert error.violations[0].field == field
    assert error.request_id == "mine"


def test_a_request_that_does_not_parse_leaves_its_batch_alone(app: LocalServe) -> None:
    good, bad = (item_pb2.Item(id="fine", title=title) for title in ("t", "@@@"))
    requests = [
        service_pb2.GenerateNotificationRequest(item=item) for item in (good, bad, item_pb2.Item(tags=["x" * 65]))
    ]
    data = service_pb2.BatchGenerateNotificationsRequest(requests=requests).SerializeToString()
    with grpc.insecure_channel(app.address) as channel:
        call = channel.unary_stream(
            "/pushgen.v1.PushGenService/BatchGenerateNotifications",
            response_deserializer=service_pb2.BatchGenerateNotificationsResponse.FromString,
        )
        answers = {a.index: a.WhichOneof("result") for a in call(data.replace(b"@@@", HALF_AN_EMOJI), timeout=20)}
    assert answers == {0: "decision", 1: "error", 2: "error"}
    over_http = post(app, "/v1/notifications:batch", {"requests": [{"item": {"id": "fine"}}, {"item": {"titel": "x"}}]})
    assert (over_http.text.count("event: decision"), over_http.text.count("event: error")) == (1, 1)


def post(app: LocalServe, path: str, body: Any, **headers: str) -> httpx.Response:
    return httpx.post(f"{app.url}{path}", json=body, headers=headers, timeout=30)


def test_http_answers_once_with_the_request_id(app: LocalServe) -> None:
    answer = post(app, "/v1/notifications:generate", {"item": {"id": "fine"}}, **{"X-Request-Id": "mine"})
    assert answer.status_code == 200
    assert answer.headers.get_list("x-request-id") == ["mine"]
    assert answer.json()["decision"]["request_id"] == "mine"
    unnamed = post(app, "/v1/notifications:generate", {"item": {"id": "fine"}})
    assert unnamed.headers.get_list("x-request-id") == [unnamed.json()["decision"]["request_id"]]


@pytest.mark.parametrize(
    ("item_id", "status", "reason", "retry"),
    [
        ("secret", 500, "INTERNAL", None),
        ("overloaded", 429, "OVERLOADED", "3"),
        ("backpressure", 429, "OVERLOADED", "1"),
    ],
)
@pytest.mark.parametrize("verb", ["generate", "stream"])
def test_http_problems(app: LocalServe, verb: str, item_id: str, status: int, reason: str, retry: str | None) -> None:
    answer = post(app, f"/v1/notifications:{verb}", {"item": {"id": item_id}})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["reason"] == reason
    assert answer.headers.get("retry-after") == retry
    assert "shadow" not in answer.text


def test_http_stream_and_its_late_error(app: LocalServe) -> None:
    whole = post(app, "/v1/notifications:stream", {"item": {"id": "fine"}})
    assert whole.headers["content-type"].startswith("text/event-stream")
    assert whole.text.count("event: ") == 5
    broken = post(app, "/v1/notifications:stream", {"item": {"id": "unavailable-midway"}})
    assert broken.status_code == 200
    last = broken.text.strip().split("\n\n")[-1].splitlines()
    assert last[0] == "event: error"
    assert json.loads(last[1].removeprefix("data: "))["reason"] == "STAGE_UNAVAILABLE"


def test_http_refusals_of_the_router(app: LocalServe) -> None:
    for answer, status in (
        (httpx.get(f"{app.url}/v1/nothing"), 404),
        (httpx.get(f"{app.url}/v1/notifications:generate"), 405),
        (httpx.post(f"{app.url}/v1/items:caption", content=b"{", headers={"content-type": "application/json"}), 400),
    ):
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["request_id"]
    assert httpx.get(f"{app.url}/openapi.json").json()["paths"]["/v1/notifications:generate"]


def test_leaving_a_stream_closes_it_in_the_service(app: LocalServe) -> None:
    def closed() -> int:
        return sum(name.startswith("closed-") for name in httpx.get(f"{app.url}/healthz").json()["stages"])

    before = closed()
    with httpx.stream(
        "POST", f"{app.url}/v1/notifications:stream", json={"item": {"id": "hang"}}, timeout=30
    ) as answer:
        next(answer.iter_text())
    until = time.monotonic() + 15
    while closed() == before:
        assert time.monotonic() < until, "the stream runs on after its reader has left"
        time.sleep(0.1)
