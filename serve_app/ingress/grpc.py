"""gRPC over the service: a method for each RPC, by its name, as Serve's proxy calls them.

Errors are RETURNED, never raised: Serve drops the trailing metadata of a raised error, and with it every detail. Serve
sends the call's status only with a message, so a failing stream ends with one message without an event.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final, TypeVar

from google.protobuf.message import Message
from pydantic import BaseModel

from deployments.errors import InvalidInput, PushGenError
from deployments.types import Decision
from pushgen.v1 import decision_pb2, service_pb2
from serve_app.contract import messages
from serve_app.contract.codec import parse, to_message
from serve_app.contract.errors import DETAILS_KEY, outcome, public, to_status
from serve_app.contract.headers import (
    BUDGET_HEADER,
    TENANT_HEADER,
    beside,
    choose_request_id,
    header_safe,
    item_request_id,
    join,
    with_budget,
)
from serve_app.contract.verbs import BATCH, STREAM, VERBS, StreamVerb, UnaryVerb
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
        # Serve makes an id if the caller sent none, sets it before this call, and logs it.
        self._set_by_serve = [str(v) for k, v in context.trailing_metadata() or () if k == REQUEST_ID_KEY]
        in_message = getattr(message, "request_id", "")
        self.request_id = choose_request_id(in_message, self._metadata.get(REQUEST_ID_KEY), *self._set_by_serve)
        self.tenant = self._metadata.get(TENANT_HEADER, "")
        self._trail()

    def read(self, model: type[M]) -> M:
        """Return the request as a contract model. Raises InvalidInput with every violation of message and metadata."""
        budget_ms, header_violations = beside(self._metadata.get(BUDGET_HEADER), self._metadata.get(REQUEST_ID_KEY))
        parsed: M | InvalidInput
        try:
            parsed = parse(model, self._message)
        except InvalidInput as error:
            parsed = error
        return with_budget(join(parsed, header_violations), budget_ms)

    def fail(self, error: Exception) -> None:
        """Set the call's status. An unknown error must not leak to the client."""
        seen = public(error, self.request_id)
        status = to_status(seen, self.request_id)
        self._context.set_code(outcome(seen).code)
        self._context.set_details(status.message)
        self._trail((DETAILS_KEY, status.SerializeToString()))

    def _trail(self, *more: tuple[str, Any]) -> None:
        echoed_id = header_safe(self.request_id)
        echo = [] if echoed_id in self._set_by_serve else [(REQUEST_ID_KEY, echoed_id)]
        self._context.set_trailing_metadata([*echo, *more])


class GrpcAdapter(HealthAdapter):
    """Every RPC of grpc.health.v1.Health, and of pushgen.v1.PushGenService by the table of verbs."""


def _unary(verb: UnaryVerb[Any, Any]) -> Callable[..., Awaitable[Message]]:
    async def call_once(self: GrpcAdapter, request: Message, grpc_context: RpcContext) -> Message:
        exchange = Exchange(request, grpc_context)
        try:
            call = getattr(self.service, verb.name)
            answer = await call(exchange.read(verb.request), exchange.request_id, exchange.tenant)
            return to_message(verb.answer(answer), verb.response_message)
        except Exception as error:  # noqa: BLE001 - the boundary; CancelledError passes: the client has left
            exchange.fail(error)
            return verb.response_message()

    return call_once


def _streaming(verb: StreamVerb) -> Callable[..., AsyncIterator[Message]]:
    message_of = _ANSWERS[verb.rpc]

    async def call_stream(self: GrpcAdapter, request: Message, grpc_context: RpcContext) -> AsyncIterator[Message]:
        exchange, sequence = Exchange(request, grpc_context), 0
        try:
            parsed = exchange.read(verb.request)
            call = getattr(self.service, verb.name)
            async with closing(call(parsed, exchange.request_id, exchange.tenant)) as answers:
                async for answer in answers:
                    sequence += 1
                    yield message_of(answer, sequence, parsed, exchange.request_id)
        except Exception as error:  # noqa: BLE001 - as above
            exchange.fail(error)
            yield verb.response_message()

    return call_stream


def _event(event: messages.Event, sequence: int, _request: BaseModel, _request_id: str) -> Message:
    return to_message(messages.StreamNotificationResponse.of(sequence, event), service_pb2.StreamNotificationResponse)


def _item(
    answered: tuple[int, Decision | PushGenError],
    _sequence: int,
    request: messages.BatchGenerateNotificationsRequest,
    request_id: str,
) -> Message:
    index, answer = answered
    if isinstance(answer, PushGenError):
        item_id = item_request_id(request.requests[index].request_id, request_id, index)
        error = to_status(public(answer, item_id), item_id, max_bytes=None)
        return service_pb2.BatchGenerateNotificationsResponse(index=index, error=error)
    return service_pb2.BatchGenerateNotificationsResponse(
        index=index, decision=to_message(answer, decision_pb2.Decision)
    )


# The message of one answer of a stream: from the answer, its number, the request and the request's id.
_ANSWERS: Final[dict[str, Callable[..., Message]]] = {STREAM.rpc: _event, BATCH.rpc: _item}

for _verb in VERBS:
    setattr(GrpcAdapter, _verb.rpc, _unary(_verb) if isinstance(_verb, UnaryVerb) else _streaming(_verb))
