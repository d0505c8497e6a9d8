"""Batches over gRPC whose requests cannot be read, or are too many."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from deployments.errors import InvalidInput
from pushgen.v1 import item_pb2, service_pb2, service_pb2_grpc
from serve_app.client.calls import error_of
from serve_app.contract.errors import from_status
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
