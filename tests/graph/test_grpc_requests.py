"""Requests over gRPC that cannot be read: each of a batch by itself, bytes that are no message, broken text."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from deployments.errors import InvalidInput
from pushgen.v1 import item_pb2, service_pb2, service_pb2_grpc
from serve_app.client.calls import error_of
from serve_app.contract.errors import from_status
from serve_app.contract.verbs import VERBS, UnaryVerb, Verb
from serve_app.ingress.grpc import GrpcAdapter
from tests.graph.fake_service import FakeService
from tests.graph.servers import serving

SERVICE = "pushgen.v1.PushGenService"
HALF_AN_EMOJI = "\ud83c".encode("utf-8", "surrogatepass")
ITEM = item_pb2.Item(id="it", title="t")


BAD_REQUESTS = [
    ({"item": {"title": "t", "tags": ["t" * 65]}}, "item.tags[0]"),
    ({"item": {"title": "t"}, "options": {"seed": -1}}, "options.seed"),
    ({"item": {"title": "t"}, "options": {"priority": 9}}, "options.priority"),
    ({"item": {"title": "t"}, "request_id": "r" * 129}, "request_id"),
    ({"item": {"title": "@@@"}}, "item.title"),
    ({}, "item"),
]


@pytest.mark.parametrize(("bad", "field"), BAD_REQUESTS, ids=lambda v: str(v)[:30])
async def test_a_request_that_cannot_be_read_is_refused_at_its_index(bad: dict[str, Any], field: str) -> None:
    kinds = service_pb2.GenerateNotificationRequest
    good = kinds(item=ITEM)
    batch = service_pb2.BatchGenerateNotificationsRequest(requests=[good, kinds(**bad), good], request_id="all")
    data = batch.SerializeToString().replace(b"@@@", HALF_AN_EMOJI)
    async with serving(service := FakeService()) as address, grpc.aio.insecure_channel(address) as channel:
        call = channel.unary_stream(f"/{SERVICE}/BatchGenerateNotifications")(data)
        parsed = [service_pb2.BatchGenerateNotificationsResponse.FromString(raw) async for raw in call]
    answers = {a.index: a for a in parsed}
    assert [answers[i].WhichOneof("result") for i in range(3)] == ["decision", "error", "decision"]
    error = from_status(answers[1].error)
    assert isinstance(error, InvalidInput)
    assert error.violations[0].field == field
    assert error.request_id == "all/1"
    assert len(service.seen) == 1


async def test_too_many_requests_or_none_refuse_the_batch() -> None:
    async with serving(service := FakeService()) as address, grpc.aio.insecure_channel(address) as channel:
        stub = service_pb2_grpc.PushGenServiceStub(channel)
        for count in (0, 257, 20_000):
            requests = [service_pb2.GenerateNotificationRequest()] * count
            batch = service_pb2.BatchGenerateNotificationsRequest(requests=requests)
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                _ = [a async for a in stub.BatchGenerateNotifications(batch)]
            error = error_of(caught.value, address)
            assert isinstance(error, InvalidInput)
            assert [v.field for v in error.violations] == ["requests"]
    assert service.seen == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff\xff", "request: these bytes are no message"),
        (b'{"item": {}}', "request: these bytes are no message"),
        (b"\x0a\x05\x1a\x03" + HALF_AN_EMOJI, "item.title: must be valid Unicode"),
    ],
)
@pytest.mark.parametrize("verb", [v for v in VERBS if v.method == "POST" and v.name != "batch"], ids=lambda v: v.name)
async def test_bytes_that_do_not_parse(verb: Verb, data: bytes, words: str) -> None:
    async with serving(FakeService()) as address, grpc.aio.insecure_channel(address) as channel:
        metadata = [("request_id", "r7")]
        method = channel.unary_unary if isinstance(verb, UnaryVerb) else channel.unary_stream
        call = method(f"/{SERVICE}/{verb.rpc}")(data, metadata=metadata)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            _ = await call if isinstance(verb, UnaryVerb) else [raw async for raw in call]
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert caught.value.details().startswith(words)
    error = error_of(caught.value, address)
    assert isinstance(error, InvalidInput)
    assert error.request_id == "r7"
    assert error.violations


async def test_a_server_of_the_generated_function_works_too() -> None:
    """As in a Serve config of an earlier version: messages arrive parsed."""
    adapter, server = GrpcAdapter(), grpc.aio.server()
    adapter.service = FakeService()
    service_pb2_grpc.add_PushGenServiceServicer_to_server(adapter, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        answer = await service_pb2_grpc.PushGenServiceStub(channel).GenerateNotification(
            service_pb2.GenerateNotificationRequest(item=ITEM)
        )
    await server.stop(None)
    assert answer.decision.item_id == "it"
