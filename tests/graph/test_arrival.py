"""The time budget begins when a request arrives, before it is read: the same over both protocols."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.protobuf import json_format

from deployments.errors import DeadlineExceeded
from pushgen.v1 import service_pb2_grpc
from serve_app.contract.verbs import VERBS, Verb
from serve_app.ingress import grpc as grpc_adapter
from serve_app.ingress import http as http_adapter
from tests.graph.fake_service import FakeService
from tests.graph.servers import example_body, serving
from tests.graph.stages import request
from tests.graph.test_http import client_of
from tests.graph.test_service import service

READING_S = 0.2
POSTED = [verb for verb in VERBS if verb.method == "POST"]


def slowly(read: Callable[..., Any]) -> Callable[..., Any]:
    def reading(*arguments: Any) -> Any:
        time.sleep(READING_S)
        return read(*arguments)

    return reading


@pytest.mark.parametrize("verb", POSTED, ids=lambda v: v.name)
async def test_reading_is_inside_the_budget_over_http(verb: Verb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_adapter, "parse_json", slowly(http_adapter.parse_json))
    fake, sent_s = FakeService(), time.monotonic()
    async with client_of(fake) as client:
        await client.post(verb.path, json=example_body(verb))
    (arrived_s,) = fake.arrivals
    assert arrived_s is not None
    assert sent_s <= arrived_s < time.monotonic() - READING_S


@pytest.mark.parametrize("verb", POSTED, ids=lambda v: v.name)
async def test_reading_is_inside_the_budget_over_grpc(verb: Verb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grpc_adapter, "parse_bytes", slowly(grpc_adapter.parse_bytes))
    fake, sent_s = FakeService(), time.monotonic()
    async with serving(fake) as address, grpc.aio.insecure_channel(address) as channel:
        call = getattr(service_pb2_grpc.PushGenServiceStub(channel), verb.rpc)
        answer = call(json_format.ParseDict(example_body(verb), verb.request_message()))
        await answer if isinstance(answer, grpc.aio.UnaryUnaryCall) else [one async for one in answer]
    (arrived_s,) = fake.arrivals
    assert arrived_s is not None
    assert sent_s <= arrived_s < time.monotonic() - READING_S


async def test_a_budget_that_was_spent_while_reading_is_spent() -> None:
    short = request(options={"time_budget_ms": 100})
    with pytest.raises(DeadlineExceeded):
        await service().generate(short, "r", arrived_s=time.monotonic() - READING_S)
    assert (await service().generate(short, "r", arrived_s=time.monotonic())).request_id == "r"
