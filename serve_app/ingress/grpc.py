"""gRPC over the core: methods named as the RPCs, as Serve's proxy calls them.

Errors are RETURNED, never raised: of a raised one Serve drops the trailing metadata, and with it every detail. Serve
also carries the call's status along with messages only, so a failing stream ends with one message that has no event.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final, TypeVar

from google.protobuf.message import Message
from pydantic import BaseModel

from deployments.errors import InvalidInput, PushGenError
from deployments.types import Decision
from pushgen.v1 import decision_pb2, service_pb2
from serve_app.contract import messages, verbs
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
from serve_app.contract.verbs import Verb
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

    def fail(self, error: Exception) -> None:
        """Make an error the call's status; one that is not ours must not leak to the client."""
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
    """Every RPC of grpc.health.v1.Health, and of pushgen.v1.PushGenService by the table of verbs."""


def _unary(verb: Verb) -> Callable[..., Awaitable[Message]]:
    async def call_once(self: GrpcAdapter, request: Message, grpc_context: RpcContext) -> Message:
        call = Exchange(request, grpc_context)
        try:
            answer = await getattr(self.service, verb.name)(call.read(verb.request), call.request_id)
            return to_message(verb.answer(answer), verb.response_message)
        except Exception as error:  # noqa: BLE001 - the boundary; CancelledError passes: the client has left
            call.fail(error)
            return verb.response_message()

    return call_once


def _streaming(verb: Verb) -> Callable[..., AsyncIterator[Message]]:
    tell = _ANSWERS[verb.rpc]

    async def call_stream(self: GrpcAdapter, request: Message, grpc_context: RpcContext) -> AsyncIterator[Message]:
        call, sequence = Exchange(request, grpc_context), 0
        try:
            asked = call.read(verb.request)
            async with closing(getattr(self.service, verb.name)(asked, call.request_id)) as answers:
                async for answer in answers:
                    sequence += 1
                    yield tell(answer, sequence, asked, call.request_id)
        except Exception as error:  # noqa: BLE001 - as above
            call.fail(error)
            yield verb.response_message()

    return call_stream


def _event(event: messages.Event, sequence: int, _asked: BaseModel, _request_id: str) -> Message:
    return to_message(messages.StreamNotificationResponse.of(sequence, event), service_pb2.StreamNotificationResponse)


def _item(
    answered: tuple[int, Decision | PushGenError],
    _sequence: int,
    asked: messages.BatchGenerateNotificationsRequest,
    request_id: str,
) -> Message:
    index, answer = answered
    if isinstance(answer, PushGenError):
        item_id = item_request_id(asked.requests[index].request_id, request_id, index)
        error = to_status(public(answer, item_id), item_id, max_bytes=None)
        return service_pb2.BatchGenerateNotificationsResponse(index=index, error=error)
    return service_pb2.BatchGenerateNotificationsResponse(
        index=index, decision=to_message(answer, decision_pb2.Decision)
    )


# The message of one answer of a stream: from the answer, its number, the request and the request's id.
_ANSWERS: Final[dict[str, Callable[..., Message]]] = {verbs.STREAM.rpc: _event, verbs.BATCH.rpc: _item}

for _verb in verbs.VERBS:
    setattr(GrpcAdapter, _verb.rpc, _streaming(_verb) if _verb.streams else _unary(_verb))
