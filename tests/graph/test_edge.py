"""The edge of the service over both protocols: the bytes that it holds, and the headers by which Serve has no end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import grpc
import pytest

from pushgen.v1 import service_pb2, service_pb2_grpc
from serve_app.contract.verbs import VERBS, Verb
from serve_app.flow.knobs import IngressKnobs
from tests.graph.fake_service import FakeService
from tests.graph.servers import serving
from tests.graph.test_grpc import details_of
from tests.graph.test_http import client_of, is_problem, send


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never came")


async def cancelled(call: Awaitable[object], service: FakeService, during: Callable[[], Awaitable[None]]) -> None:
    """Make a call that hangs in the service, do something, and leave."""
    service.hang = True
    task = asyncio.ensure_future(call)
    assert await asyncio.to_thread(service.reached.wait, 10)
    await during()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: service.intake.bytes == 0)


async def test_over_grpc_bytes_are_held_until_the_answer_and_what_is_beyond_is_refused() -> None:
    service = FakeService()
    service.knobs = IngressKnobs.model_validate({"admission": {"max_held_mib": 1, "retry_after_s": 3}})
    large = service_pb2.GenerateNotificationRequest(item={"images": [{"data": b"x" * 2**20}]})
    async with serving(service) as address, grpc.aio.insecure_channel(address) as channel:
        stub = service_pb2_grpc.PushGenServiceStub(channel)

        async def one_more() -> None:
            assert service.intake.bytes == large.ByteSize()
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await stub.GenerateNotification(large)
            assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
            details = details_of(caught.value)
            assert details["RetryInfo"].retry_delay.seconds == 3  # type: ignore[attr-defined]
            assert details["ErrorInfo"].metadata["shed"] == "memory_full"  # type: ignore[attr-defined]

        await cancelled(stub.GenerateNotification(large), service, one_more)


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb.name in {"generate", "stream", "batch"}])
async def test_over_http_too_and_of_a_stream_until_its_end(verb: Verb) -> None:
    service = FakeService()
    service.knobs = IngressKnobs.model_validate({"admission": {"max_held_mib": 1}})
    async with client_of(service) as client:

        async def one_more() -> None:
            before = service.intake.bytes
            assert before > 0
            padded = b" " * 2**20
            answer = await client.post(verb.path, content=padded, headers={"content-type": "application/json"})
            assert is_problem(answer, 429, "OVERLOADED")["shed"] == "memory_full"
            assert service.intake.bytes == before

        await cancelled(send(client, verb), service, one_more)
        service.hang = False
        assert (await send(client, verb)).status_code == 200
    assert service.intake.bytes == 0


@pytest.mark.parametrize(
    ("header", "value"),
    [("x-request-timeout-seconds", "-1"), ("X-Request-Timeout-Seconds", "5"), ("x-request-disconnect-disabled", "?1")],
)
@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
async def test_headers_that_would_let_serve_work_without_end_are_refused_unread(
    verb: Verb, header: str, value: str
) -> None:
    service = FakeService()
    service.hang = True
    async with client_of(service) as client:
        problem = is_problem(await send(client, verb, **{header: value}), 400, "HEADER_REFUSED")
    assert header.lower() in problem["detail"]
    assert "x-pushgen-time-budget-ms" in problem["detail"]
    assert service.seen == []
