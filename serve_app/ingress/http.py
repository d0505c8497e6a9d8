"""HTTP over the service: the same verbs, and JSON with the proto's field names. Streams are server-sent events.

Every error is problem+json. Bodies are read and parsed here, not by FastAPI: up to a limit, and large ones in a thread,
since a request may have a hundred megabytes of images and frames.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Final, TypeVar

from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deployments.errors import InvalidInput, PushGenError
from deployments.settings import Settings
from deployments.types import Decision
from serve_app.contract import messages
from serve_app.contract.codec import parse_json
from serve_app.contract.errors import public, to_problem
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
from serve_app.contract.verbs import BATCH, STREAM, VERBS, AnyVerb, UnaryVerb
from serve_app.ingress import openapi
from serve_app.ingress.context import closing
from serve_app.ingress.core import Service
from serve_app.ingress.events import EventStream, event
from serve_app.ingress.health import stage_health
from serve_app.ingress.problems import HttpError, ProblemRoute, unrouted

logger = logging.getLogger("ray.serve")

M = TypeVar("M", bound=BaseModel)

REQUEST_ID_HEADER = "x-request-id"


class HttpSettings(Settings):
    """Bounds of the HTTP adapter."""

    # 8 images of 10 MiB in base64, and the text.
    max_body_bytes: int = Field(default=112 * 2**20, ge=1024)
    # A body below this parses in about a millisecond; a thread would cost more than it saves.
    parse_in_thread_bytes: int = Field(default=256 * 2**10, ge=0)


def create_app(service: Callable[[], Service], settings: HttpSettings | None = None, *, echo: bool = True) -> FastAPI:
    """Make the HTTP app of a service. `service` is called at each request.

    echo: answer with X-Request-Id. Turn it off behind Serve's proxy, which sends the header itself.
    """
    app = FastAPI(**openapi.INFO)
    app.include_router(_routes(service, settings or HttpSettings()))
    app.add_exception_handler(HTTPException, unrouted)
    app.add_middleware(RequestId, echo=echo)
    # FastAPI's documented way to extend its document.
    app.openapi = lambda: openapi.schema(app)  # type: ignore[method-assign]
    return app


def _routes(service: Callable[[], Service], settings: HttpSettings) -> APIRouter:
    router = APIRouter(route_class=ProblemRoute)

    for verb in VERBS:
        router.add_api_route(
            verb.path, _handler(verb, service, settings), methods=[verb.method], **openapi.operation(verb)
        )

    @router.get("/healthz", **openapi.HEALTH)
    async def healthz() -> Response:
        stages = await stage_health(service())
        healthy = bool(stages) and all(stages.values())
        health = openapi.Health(status="SERVING" if healthy else "NOT_SERVING", stages=stages)
        return _json(health, 200 if healthy else 503)

    return router


def _handler(
    verb: AnyVerb, service: Callable[[], Service], settings: HttpSettings
) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    async def handle(request: Request) -> Response:
        if verb.method == "GET":
            contract_request, request_id = verb.request(), request.state.request_id
        else:
            contract_request, request_id = await _read(request, verb.request, settings)
        tenant = request.headers.get(TENANT_HEADER, "")
        answer = getattr(service(), verb.name)(contract_request, request_id, tenant)
        if isinstance(verb, UnaryVerb):
            return _json(verb.answer(await answer))
        events = _events(answer, _ANSWERS[verb.rpc], contract_request, request_id)
        return await EventStream.start(request, events)

    return handle


def _json(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(exclude_none=True), status, media_type="application/json")


# --- requests ---------------------------------------------------------------------------------------------------------


async def _read(request: Request, model: type[M], settings: HttpSettings) -> tuple[M, str]:
    """Read the body as a contract model, and the request's id. Raises HttpError, or InvalidInput (all violations)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise HttpError(415, "UNSUPPORTED_MEDIA_TYPE", "send the request as application/json")
    body = await _body(request, settings.max_body_bytes)
    budget_ms, header_violations = beside(request.headers.get(BUDGET_HEADER), request.headers.get(REQUEST_ID_HEADER))
    parsed: M | InvalidInput
    try:
        if len(body) > settings.parse_in_thread_bytes:
            parsed = await asyncio.to_thread(parse_json, model, body)
        else:
            parsed = parse_json(model, body)
    except InvalidInput as error:
        malformed = next((v for v in error.violations if v.description.startswith("is not JSON")), None)
        if malformed is not None:
            raise HttpError(400, "MALFORMED_JSON", f"the body {malformed.description}") from None
        parsed = error
    contract_request = with_budget(join(parsed, header_violations), budget_ms)
    request.state.request_id = choose_request_id(
        getattr(contract_request, "request_id", None), request.state.request_id
    )
    return contract_request, request.state.request_id


async def _body(request: Request, max_bytes: int) -> bytes:
    refusal = HttpError(413, "BODY_TOO_LARGE", f"the body is larger than {max_bytes} bytes")
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > max_bytes:
        raise refusal
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > max_bytes:
            raise refusal
        chunks.append(chunk)
    return b"".join(chunks)


class RequestId:
    """ASGI middleware: it gives each request an id before anything can fail, and returns it in the answer."""

    def __init__(self, app: ASGIApp, *, echo: bool) -> None:
        self._app = app
        self._echo = echo

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
        state = scope.setdefault("state", {})
        state["request_id"] = choose_request_id(headers.get(REQUEST_ID_HEADER))

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start" and self._echo:
                id_header = (REQUEST_ID_HEADER.encode(), header_safe(state["request_id"]).encode())
                message = {**message, "headers": [*message.get("headers", []), id_header]}
            await send(message)

        await self._app(scope, receive, send_with_id)


# --- answers of streams ---------------------------------------------------------------------------------------------

EventOf = Callable[[Any, int, Any, str], bytes]


async def _events(
    answers: AsyncIterator[Any], event_of: EventOf, request: BaseModel, request_id: str
) -> AsyncIterator[bytes]:
    sequence = 0
    async with closing(answers):
        async for answer in answers:
            sequence += 1
            yield event_of(answer, sequence, request, request_id)


def _numbered(happened: messages.Event, sequence: int, _request: BaseModel, _request_id: str) -> bytes:
    numbered = messages.StreamNotificationResponse.of(sequence, happened)
    (name,) = numbered.model_dump(exclude_none=True, include=openapi.EVENT_NAMES)
    return event(name, numbered.model_dump_json(exclude_none=True).encode(), sequence)


def _item(
    answered: tuple[int, Decision | PushGenError],
    _sequence: int,
    request: messages.BatchGenerateNotificationsRequest,
    request_id: str,
) -> bytes:
    index, answer = answered
    if isinstance(answer, PushGenError):
        item_id = item_request_id(request.requests[index].request_id, request_id, index)
        item = openapi.BatchEvent(index=index, error=to_problem(public(answer, item_id), item_id))
    else:
        item = openapi.BatchEvent(index=index, decision=answer)
    return event("error" if item.error else "decision", item.model_dump_json(exclude_none=True).encode())


# The event of one answer of a stream: from the answer, its number, the request and the request's id.
_ANSWERS: Final[dict[str, EventOf]] = {STREAM.rpc: _numbered, BATCH.rpc: _item}
