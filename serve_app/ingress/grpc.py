"""gRPC over the core: methods named as the RPCs, as Serve's proxy calls them.

Errors are RETURNED, never raised: of a raised one Serve drops the trailing metadata, and with it every detail. Serve
also carries the call's status along with messages only, so a failing stream ends with one message that has no event.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from google.protobuf.message import Message
from pydantic import BaseModel

from deployments.errors import InvalidInput, PushGenError
from pushgen.v1 import decision_pb2, service_pb2
from serve_app import contract
from serve_app.contract.codec import parse, to_message
from serve_app.contract.errors import DETAILS_KEY, outcome, public, to_status
from serve_app.contract.headers import (
    BUDGET_HEADER,
    beside,
    choose_request_id,
    header_safe,
    item_request_id,
    join,
    with_budget,
)
from serve_app.ingress.context import RpcContext, closing
from serve_app.ingress.health import HealthAdapter

M = TypeVar("M", bound=BaseModel)

REQUEST_ID_KEY = "request_id"


class Exchange:
    """One call: its request id, its parsed request, and its errors."""

    def __init__(self, message: Message, context: RpcContext) -> None:
        self._message = message
        self._context = context
        self._metadata = {key: value for key, value in context.invocation_metadata() or () if isinstance(value, str)}
        # Serve makes an id up when the caller sent none and sets it before we are called; its own logs have it.
        self._set_by_serve = [str(v) for k, v in context.trailing_metadata() or () if k == REQUEST_ID_KEY]
        named = getattr(message, "request_id", "")
        self.request_id = choose_request_id(named, self._metadata.get(REQUEST_ID_KEY), *self._set_by_serve)
        self._trail()

    def read(self, model: type[M]) -> M:
        """The request as a contract model; raises InvalidInput with everything wrong in the message and beside it."""
        budget_ms, wrong = beside(self._metadata.get(BUDGET_HEADER), self._metadata.get(REQUEST_ID_KEY))
        parsed: M | InvalidInput
        try:
            parsed = parse(model, self._message)
        except InvalidInput as error:
            parsed = error
        return with_budget(join(parsed, wrong), budget_ms)

    @contextmanager
    def errors_as_status(self) -> Iterator[None]:
        """Turn what the body raises into the call's status. CancelledError passes: the client has left."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the boundary: an unknown error must not leak to the client
            seen = public(error, self.request_id)
            status = to_status(seen, self.request_id)
            self._context.set_code(outcome(seen).code)
            self._context.set_details(status.message)
            self._trail((DETAILS_KEY, status.SerializeToString()))

    def _trail(self, *more: tuple[str, Any]) -> None:
        own = header_safe(self.request_id)
        echo = [] if own in self._set_by_serve else [(REQUEST_ID_KEY, own)]
        self._context.set_trailing_metadata([*echo, *more])


class GrpcAdapter(HealthAdapter):
    """Every RPC of pushgen.v1.PushGenService and of grpc.health.v1.Health."""

    # ruff: noqa: N802 - Serve calls the method with the RPC's name

    async def GenerateNotification(
        self, request: service_pb2.GenerateNotificationRequest, grpc_context: RpcContext
    ) -> service_pb2.GenerateNotificationResponse:
        call = Exchange(request, grpc_context)
        with call.errors_as_status():
            asked = call.read(contract.GenerateNotificationRequest)
            decision = await self.service.generate(asked, call.request_id)
            return service_pb2.GenerateNotificationResponse(decision=to_message(decision, decision_pb2.Decision))
        return service_pb2.GenerateNotificationResponse()

    async def StreamNotification(
        self, request: service_pb2.StreamNotificationRequest, grpc_context: RpcContext
    ) -> AsyncIterator[service_pb2.StreamNotificationResponse]:
        call, sequence = Exchange(request, grpc_context), 0
        with call.errors_as_status():
            asked = call.read(contract.StreamNotificationRequest)
            async with closing(self.service.stream(asked, call.request_id)) as events:
                async for event in events:
                    sequence += 1
                    numbered = contract.StreamNotificationResponse.of(sequence, event)
                    yield to_message(numbered, service_pb2.StreamNotificationResponse)
            return
        yield service_pb2.StreamNotificationResponse()

    async def BatchGenerateNotifications(
        self, request: service_pb2.BatchGenerateNotificationsRequest, grpc_context: RpcContext
    ) -> AsyncIterator[service_pb2.BatchGenerateNotificationsResponse]:
        call = Exchange(request, grpc_context)
        with call.errors_as_status():
            asked = call.read(contract.BatchGenerateNotificationsRequest)
            async with closing(self.service.batch(asked, call.request_id)) as answers:
                async for index, answer in answers:
                    if isinstance(answer, PushGenError):
                        item_id = item_request_id(asked.requests[index].request_id, call.request_id, index)
                        error = to_status(public(answer, item_id), item_id, max_bytes=None)
                        yield service_pb2.BatchGenerateNotificationsResponse(index=index, error=error)
                    else:
                        decision = to_message(answer, decision_pb2.Decision)
                        yield service_pb2.BatchGenerateNotificationsResponse(index=index, decision=decision)
            return
        yield service_pb2.BatchGenerateNotificationsResponse()

    async def CaptionItem(
        self, request: service_pb2.CaptionItemRequest, grpc_context: RpcContext
    ) -> service_pb2.CaptionItemResponse:
        call = Exchange(request, grpc_context)
        with call.errors_as_status():
            answer = await self.service.caption(call.read(contract.CaptionItemRequest), call.request_id)
            return to_message(answer, service_pb2.CaptionItemResponse)
        return service_pb2.CaptionItemResponse()

    async def RouteItem(
        self, request: service_pb2.RouteItemRequest, grpc_context: RpcContext
    ) -> service_pb2.RouteItemResponse:
        call = Exchange(request, grpc_context)
        with call.errors_as_status():
            answer = await self.service.route(call.read(contract.RouteItemRequest), call.request_id)
            return to_message(answer, service_pb2.RouteItemResponse)
        return service_pb2.RouteItemResponse()

    async def ScoreCopies(
        self, request: service_pb2.ScoreCopiesRequest, grpc_context: RpcContext
    ) -> service_pb2.ScoreCopiesResponse:
        call = Exchange(request, grpc_context)
        with call.errors_as_status():
            answer = await self.service.score(call.read(contract.ScoreCopiesRequest), call.request_id)
            return to_message(answer, service_pb2.ScoreCopiesResponse)
        return service_pb2.ScoreCopiesResponse()

    async def GetServiceInfo(
        self, request: service_pb2.GetServiceInfoRequest, grpc_context: RpcContext
    ) -> service_pb2.GetServiceInfoResponse:
        call = Exchange(request, grpc_context)
        with call.errors_as_status():
            return to_message(await self.service.info(), service_pb2.GetServiceInfoResponse)
        return service_pb2.GetServiceInfoResponse()
