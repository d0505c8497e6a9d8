"""The gRPC adapter in a real server, seen through raw stubs: codes, details, metadata, health, cancellation."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest
from google.protobuf import json_format
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc

from deployments.errors import MAX_VIOLATIONS, InvalidInput, Overloaded, UnsupportedField, Violation
from pushgen.v1 import item_pb2, service_pb2, service_pb2_grpc
from serve_app.client.calls import channel_options
from serve_app.contract.requests import parse
from serve_app.contract.verbs import VERBS, UnaryVerb, Verb
from serve_app.ingress.grpc import GrpcAdapter
from tests.graph.fake_service import FakeService, Flapping
from tests.graph.servers import example_body, serving

ITEM = item_pb2.Item(id="it", title="t")
GENERATE = service_pb2.GenerateNotificationRequest(item=ITEM)
STREAM = service_pb2.StreamNotificationRequest(item=ITEM)


@asynccontextmanager
async def stubs(service: FakeService) -> AsyncIterator[Any]:
    async with serving(service) as address, grpc.aio.insecure_channel(address, channel_options()) as channel:
        yield service_pb2_grpc.PushGenServiceStub(channel)


@asynccontextmanager
async def health(service: FakeService) -> AsyncIterator[Any]:
    async with serving(service) as address, grpc.aio.insecure_channel(address) as channel:
        yield health_pb2_grpc.HealthStub(channel)


def details_of(error: grpc.aio.AioRpcError) -> dict[str, Message]:
    raw = dict(error.trailing_metadata())["grpc-status-details-bin"]
    details: dict[str, Message] = {}
    for detail in status_pb2.Status.FromString(raw).details:
        message = getattr(error_details_pb2, detail.TypeName().rpartition(".")[2])()
        detail.Unpack(message)
        details[type(message).__name__] = message
    return details


@pytest.mark.parametrize("verb", VERBS, ids=lambda v: v.name)
async def test_every_rpc_hands_the_contract_model_to_the_service(verb: Verb) -> None:
    service, request = FakeService(), json_format.ParseDict(example_body(verb), verb.request_message())
    async with stubs(service) as stub:
        answer = getattr(stub, verb.rpc)(request)
        messages = [await answer] if isinstance(verb, UnaryVerb) else [message async for message in answer]
    assert all(message.ByteSize() for message in messages)
    assert [(name, model) for name, model, _ in service.seen] == [(verb.name, parse(verb.request, request))]


async def test_a_stream_is_numbered_without_gaps() -> None:
    async with stubs(FakeService()) as stub:
        events = [(e.sequence, e.WhichOneof("event")) async for e in stub.StreamNotification(STREAM)]
    assert events == [(1, "captioned"), (2, "routed"), (3, "candidate"), (4, "scored"), (5, "decided")]


async def test_one_bad_item_of_a_batch_fails_alone() -> None:
    requests = [service_pb2.GenerateNotificationRequest(item=item_pb2.Item(id=i, title="t")) for i in ("a", "b", "c")]
    requests[1].request_id = "my-b"
    service = FakeService(b=InvalidInput([Violation("item.locale", "is not a language")] * 300))
    async with stubs(service) as stub:
        batch = service_pb2.BatchGenerateNotificationsRequest(requests=requests, request_id="all")
        answers = {a.index: a async for a in stub.BatchGenerateNotifications(batch)}
    assert [answers[i].WhichOneof("result") for i in range(3)] == ["decision", "error", "decision"]
    assert answers[0].decision.request_id == "all/0"
    assert answers[1].error.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    request, bad = error_details_pb2.RequestInfo(), error_details_pb2.BadRequest()
    answers[1].error.details[1].Unpack(request)
    answers[1].error.details[2].Unpack(bad)
    assert request.request_id == "my-b"
    assert len(bad.field_violations) == MAX_VIOLATIONS


@pytest.mark.parametrize(
    ("error", "code", "kinds"),
    [
        (InvalidInput([Violation("a", "b")]), "INVALID_ARGUMENT", {"ErrorInfo", "RequestInfo", "BadRequest"}),
        (UnsupportedField([Violation("a", "b")]), "UNIMPLEMENTED", {"ErrorInfo", "RequestInfo", "BadRequest"}),
        (Overloaded("full", 2), "RESOURCE_EXHAUSTED", {"ErrorInfo", "RequestInfo", "RetryInfo"}),
        (KeyError("/srv/secret"), "INTERNAL", {"ErrorInfo", "RequestInfo"}),
    ],
)
@pytest.mark.parametrize("streaming", [False, True])
async def test_errors_have_code_and_details(error: Exception, code: str, kinds: set[str], streaming: bool) -> None:
    async with stubs(FakeService(generate=error, stream=error)) as stub:
        metadata = [("request_id", "r9")]
        stream = stub.StreamNotification(STREAM, metadata=metadata)
        unary = stub.GenerateNotification(GENERATE, metadata=metadata)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            _ = [e async for e in stream] if streaming else await unary
    assert caught.value.code().name == code
    assert "secret" not in str(caught.value)
    details = details_of(caught.value)
    assert set(details) == kinds
    assert details["RequestInfo"].request_id == "r9"  # type: ignore[attr-defined]


async def test_bad_fields_and_bad_metadata_are_named_together() -> None:
    async with stubs(service := FakeService()) as stub:
        wrong = service_pb2.GenerateNotificationRequest(item=ITEM, options=item_pb2.Options(seed=-1))
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.GenerateNotification(wrong, metadata=[("x-pushgen-time-budget-ms", "soon")])
    bad: Any = details_of(caught.value)["BadRequest"]
    assert [v.field for v in bad.field_violations] == ["options.seed", "x-pushgen-time-budget-ms"]
    assert service.seen == []


async def test_an_empty_request_is_told_what_it_needs() -> None:
    async with stubs(FakeService()) as stub:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.GenerateNotification(service_pb2.GenerateNotificationRequest())
    assert caught.value.details() == "item: a value is required"


@pytest.mark.parametrize(
    ("in_message", "in_metadata", "expected"),
    [("m", None, "m"), ("m", "x", "m"), ("", "x", "x"), ("\u00fc", None, "\u00fc"), ("", None, None)],
)
async def test_the_request_id_in_and_out(in_message: str, in_metadata: str | None, expected: str | None) -> None:
    async with stubs(service := FakeService()) as stub:
        request = service_pb2.GenerateNotificationRequest(item=ITEM, request_id=in_message)
        call = stub.GenerateNotification(request, metadata=[("request_id", in_metadata)] if in_metadata else None)
        answer = await call
        trailing = dict(await call.trailing_metadata())
    used = answer.decision.request_id
    assert used == expected if expected else len(used) == 32
    assert service.seen[0][2] == used
    assert trailing["request_id"] == ("%C3%BC" if used == "\u00fc" else used)


async def test_metadata_gives_a_budget_where_the_message_has_none() -> None:
    budgeted = service_pb2.GenerateNotificationRequest(item=ITEM, options=item_pb2.Options(time_budget_ms=5))
    async with stubs(service := FakeService()) as stub:
        for request in (GENERATE, budgeted):
            await stub.GenerateNotification(request, metadata=[("x-pushgen-time-budget-ms", "700")])
    assert [request.options.time_budget_ms for _, request, _ in service.seen] == [700, 5]


async def test_metadata_names_the_tenant_of_every_verb() -> None:
    async with stubs(service := FakeService()) as stub:
        await stub.GenerateNotification(GENERATE, metadata=[("x-pushgen-tenant", "shop")])
        [_ async for _ in stub.StreamNotification(STREAM, metadata=[("x-pushgen-tenant", "news")])]
        await stub.GenerateNotification(GENERATE)
    assert service.tenants == ["shop", "news", ""]


async def test_a_reader_who_leaves_ends_the_stream_in_the_service() -> None:
    service = FakeService()
    service.hang = True
    async with stubs(service) as stub:
        call = stub.StreamNotification(STREAM)
        assert (await call.read()).sequence == 1
        call.cancel()
        async with asyncio.timeout(5):
            await service.ended.wait()


async def test_cancellation_is_not_made_into_an_error() -> None:
    class Context:
        """Would remember a code."""

        code = None

        def invocation_metadata(self) -> list[tuple[str, str]]:
            return []

        def trailing_metadata(self) -> None:
            return None

        def set_trailing_metadata(self, metadata: object) -> None: ...

        def set_code(self, code: grpc.StatusCode) -> None:
            self.code = code

        def set_details(self, details: str) -> None: ...

    adapter, context = GrpcAdapter(), Context()
    adapter.service = FakeService()
    adapter.service.hang = True
    task = asyncio.create_task(adapter.GenerateNotification(GENERATE, context))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert context.code is None


# --- grpc.health.v1 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "pushgen.v1.PushGenService"])
@pytest.mark.parametrize(
    ("stages", "status"),
    [({"a": True, "b": True}, "SERVING"), ({"a": True, "b": False}, "NOT_SERVING"), ({}, "NOT_SERVING")],
)
async def test_check_follows_the_stages(name: str, stages: dict[str, bool], status: str) -> None:
    service = FakeService()
    service.stages = lambda: stages
    async with health(service) as stub:
        answer = await stub.Check(health_pb2.HealthCheckRequest(service=name))
    assert health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status) == status


async def test_check_of_a_service_that_cannot_say() -> None:
    async with health(FakeService(healthy=RuntimeError("broken"))) as stub:
        answer = await stub.Check(health_pb2.HealthCheckRequest())
    assert answer.status == health_pb2.HealthCheckResponse.NOT_SERVING


async def test_unknown_services() -> None:
    unknown = health_pb2.HealthCheckRequest(service="nobody")
    async with health(FakeService()) as stub:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.Check(unknown)
        watched = [a.status async for a in stub.Watch(unknown)]
        listed = (await stub.List(health_pb2.HealthListRequest())).statuses
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
    assert watched == [health_pb2.HealthCheckResponse.SERVICE_UNKNOWN]
    assert set(listed) == {"", "pushgen.v1.PushGenService", "captioner", "generator"}


async def test_watch_tells_changes_only_and_ends_by_itself() -> None:
    service = FakeService()
    service.stages = Flapping()
    async with health(service) as stub, asyncio.timeout(5):
        seen = [a.status async for a in stub.Watch(health_pb2.HealthCheckRequest())]
    serving, not_serving = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING
    assert seen[:3] == [serving, not_serving, serving]
    assert all(a != b for a, b in itertools.pairwise(seen))
