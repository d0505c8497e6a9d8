"""gRPC over the service: a method for each RPC, by its name, as Serve's proxy calls them.

Errors are RETURNED, never raised: Serve drops the trailing metadata of a raised error, and with it every detail. Serve
sends the call's status only with a message, so a failing stream ends with one message without an event.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Final

from google.protobuf.message import Message
from pydantic import BaseModel

from deployments.errors import InvalidInput, PushGenError
from deployments.types import Decision
from pushgen.v1 import decision_pb2, service_pb2
from serve_app.access.gate import Access, OpenAccess
from serve_app.contract import messages
from serve_app.contract.codec import to_message
from serve_app.contract.errors import DETAILS_KEY, outcome, public, pushback, to_status
from serve_app.contract.headers import (
    AUTHORIZATION_HEADER,
    BUDGET_HEADER,
    TENANT_HEADER,
    beside,
    choose_request_id,
    header_safe,
    item_request_id,
    join,
    with_budget,
)
from serve_app.contract.requests import parse, parse_bytes
from serve_app.contract.verbs import BATCH, STREAM, VERBS, StreamVerb, UnaryVerb, Verb
from serve_app.flow.intake import Holding
from serve_app.flow.record import Record, current
from serve_app.ingress.context import RpcContext, closing
from serve_app.ingress.core import Service
from serve_app.ingress.health import HealthAdapter
from serve_app.ingress.reading import off_loop

REQUEST_ID_KEY = "request_id"
# What a server hands over: see `contract/servicer.py`.
Sent = Message | bytes | InvalidInput


class Exchange:
    """One call: the time of its arrival, its request id, its parsed request, and its errors."""

    def __init__(self, context: RpcContext) -> None:
        self.arrived_s = time.monotonic()
        self._context = context
        self._metadata = {key: value for key, value in context.invocation_metadata() or () if isinstance(value, str)}
        # Serve makes an id if the caller sent none, sets it before this call, and logs it.
        self._set_by_serve = [str(v) for k, v in context.trailing_metadata() or () if k == REQUEST_ID_KEY]
        self._name("")

    def recorded(self, verb: Verb, service: Service) -> AbstractContextManager[Record]:
        """Record the call, from the reading of its request to its end."""
        return service.journal.request(verb.rpc, "grpc", self.request_id)

    def tenant(self, access: Access) -> str:
        """Return the caller's tenant, before anything is read. Raises Unauthenticated, PermissionDenied."""
        return access.tenant(self._metadata.get(AUTHORIZATION_HEADER), self._metadata.get(TENANT_HEADER, ""))

    async def read(self, verb: Verb, request: Sent, service: Service, holding: Holding) -> Any:
        """Return the request as the verb's model.

        Raises InvalidInput with every violation of message and metadata, and Overloaded.
        """
        budget_ms, header_violations = beside(self._metadata.get(BUDGET_HEADER), self._metadata.get(REQUEST_ID_KEY))
        parsed: BaseModel | InvalidInput
        try:
            if isinstance(request, InvalidInput):
                raise request
            max_items = service.intake.max_batch_items
            if isinstance(request, Message):  # of a server that parses: the generated function of the stubs
                holding.add(request.ByteSize())
                parsed = parse(verb.request, request, max_items)
            else:
                holding.add(len(request))
                reading = partial(parse_bytes, verb.request, verb.request_message, request, max_items)
                parsed = await off_loop(reading, len(request))
        except InvalidInput as error:
            parsed = error
        self._name(getattr(parsed, "request_id", ""))
        record = current()
        record.request_id = self.request_id
        record.request = read = with_budget(join(parsed, header_violations), budget_ms)
        return read

    def fail(self, error: Exception) -> None:
        """Set the call's status. An unknown error must not leak to the client."""
        seen = public(error, self.request_id)
        status = to_status(seen, self.request_id)
        self._context.set_code(outcome(seen).code)
        self._context.set_details(status.message)
        self._trail((DETAILS_KEY, status.SerializeToString()), *pushback(seen))

    def _name(self, in_message: str) -> None:
        self.request_id = choose_request_id(in_message, self._metadata.get(REQUEST_ID_KEY), *self._set_by_serve)
        self._trail()

    def _trail(self, *more: tuple[str, Any]) -> None:
        echoed_id = header_safe(self.request_id)
        echo = [] if echoed_id in self._set_by_serve else [(REQUEST_ID_KEY, echoed_id)]
        self._context.set_trailing_metadata([*echo, *more])


class GrpcAdapter(HealthAdapter):
    """Every RPC of grpc.health.v1.Health, and of pushgen.v1.PushGenService by the table of verbs.

    Probes need no API key; they learn nothing but the health.
    """

    access: Access = OpenAccess()


def _unary(verb: UnaryVerb[Any, Any]) -> Callable[..., Awaitable[Message]]:
    async def call_once(self: GrpcAdapter, request: Sent, grpc_context: RpcContext) -> Message:
        exchange = Exchange(grpc_context)
        try:
            with exchange.recorded(verb, self.service) as record, self.service.intake.hold() as holding:
                record.tenant = tenant = exchange.tenant(self.access)
                parsed = await exchange.read(verb, request, self.service, holding)
                call = getattr(self.service, verb.name)
                answer = await call(parsed, exchange.request_id, tenant, exchange.arrived_s)
                return to_message(verb.answer(answer), verb.response_message)
        except Exception as error:  # noqa: BLE001 - the boundary; CancelledError passes: the client has left
            exchange.fail(error)
            return verb.response_message()

    return call_once


def _streaming(verb: StreamVerb) -> Callable[..., AsyncIterator[Message]]:
    message_of = _ANSWERS[verb.rpc]

    async def call_stream(self: GrpcAdapter, request: Sent, grpc_context: RpcContext) -> AsyncIterator[Message]:
        exchange, sequence = Exchange(grpc_context), 0
        try:
            with exchange.recorded(verb, self.service) as record, self.service.intake.hold() as holding:
                record.tenant = tenant = exchange.tenant(self.access)
                parsed = await exchange.read(verb, request, self.service, holding)
                call = getattr(self.service, verb.name)
                async with closing(call(parsed, exchange.request_id, tenant, exchange.arrived_s)) as answers:
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
