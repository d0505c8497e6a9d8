"""HTTP over the core: the same verbs and JSON with the proto's field names; streams are server-sent events.

Every error is problem+json. Bodies are read and parsed here, not by FastAPI: up to a bound, and off the event loop when
they are large, for a request may carry a hundred megabytes of pictures.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from typing import Any, TypeVar

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deployments.errors import InvalidInput, PushGenError
from deployments.settings import Settings
from deployments.types import Decision
from serve_app import contract
from serve_app.contract.codec import parse_json
from serve_app.contract.errors import Problem, problem_type, public, retry_header, to_problem
from serve_app.contract.headers import (
    BUDGET_HEADER,
    beside,
    choose_request_id,
    header_safe,
    item_request_id,
    join,
    with_budget,
)
from serve_app.ingress import openapi
from serve_app.ingress.context import closing
from serve_app.ingress.core import Service
from serve_app.ingress.health import stage_health

logger = logging.getLogger("ray.serve")

M = TypeVar("M", bound=BaseModel)

PROBLEM_JSON = "application/problem+json"
REQUEST_ID_HEADER = "x-request-id"


class HttpSettings(Settings):
    """Bounds of the HTTP adapter."""

    # 8 images of 10 MiB in base64, and the text.
    max_body_bytes: int = Field(default=112 * 2**20, ge=1024)
    # A body below this parses in about a millisecond; a thread would cost more than it saves.
    parse_in_thread_bytes: int = Field(default=256 * 2**10, ge=0)


class HttpError(Exception):
    """What is wrong with the HTTP request itself, before there is a request of ours. Has no meaning over gRPC."""

    def __init__(self, status: int, reason: str, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.reason, self.detail, self.headers = status, reason, detail, headers or {}


def create_app(service: Callable[[], Service], settings: HttpSettings | None = None, *, echo: bool = True) -> FastAPI:
    """The HTTP face of a service, which is asked for at each request.

    echo: answer with X-Request-Id. Serve's own proxy does, and would then send it twice.
    """
    app = FastAPI(**openapi.INFO)
    app.include_router(_routes(service, settings or HttpSettings()))
    app.add_exception_handler(HTTPException, _unrouted)
    app.add_middleware(RequestId, echo=echo)
    # FastAPI's documented way to extend its document.
    app.openapi = lambda: openapi.schema(app)  # type: ignore[method-assign]
    return app


def _routes(service: Callable[[], Service], settings: HttpSettings) -> APIRouter:
    router = APIRouter(route_class=ProblemRoute)

    @router.post("/v1/notifications:generate", **openapi.GENERATE)
    async def generate(request: Request) -> Response:
        asked, request_id = await _read(request, contract.GenerateNotificationRequest, settings)
        decision = await service().generate(asked, request_id)
        return _json(contract.GenerateNotificationResponse(decision=decision))

    @router.post("/v1/notifications:stream", **openapi.STREAM)
    async def stream(request: Request) -> Response:
        asked, request_id = await _read(request, contract.StreamNotificationRequest, settings)
        return await EventStream.start(request, _stream_events(service().stream(asked, request_id)))

    @router.post("/v1/notifications:batch", **openapi.BATCH)
    async def batch(request: Request) -> Response:
        asked, request_id = await _read(request, contract.BatchGenerateNotificationsRequest, settings)
        return await EventStream.start(request, _batch_events(service().batch(asked, request_id), asked, request_id))

    @router.post("/v1/items:caption", **openapi.CAPTION)
    async def caption(request: Request) -> Response:
        asked, request_id = await _read(request, contract.CaptionItemRequest, settings)
        return _json(await service().caption(asked, request_id))

    @router.post("/v1/items:route", **openapi.ROUTE)
    async def route(request: Request) -> Response:
        asked, request_id = await _read(request, contract.RouteItemRequest, settings)
        return _json(await service().route(asked, request_id))

    @router.post("/v1/copies:score", **openapi.SCORE)
    async def score(request: Request) -> Response:
        asked, request_id = await _read(request, contract.ScoreCopiesRequest, settings)
        return _json(await service().score(asked, request_id))

    @router.get("/v1/info", **openapi.SERVICE_INFO)
    async def info() -> Response:
        return _json(await service().info())

    @router.get("/healthz", **openapi.HEALTH)
    async def healthz() -> Response:
        stages = await stage_health(service())
        healthy = bool(stages) and all(stages.values())
        found = openapi.Health(status="SERVING" if healthy else "NOT_SERVING", stages=stages)
        return _json(found, 200 if healthy else 503)

    return router


def _json(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(exclude_none=True), status, media_type="application/json")


# --- requests ---------------------------------------------------------------------------------------------------------


async def _read(request: Request, model: type[M], settings: HttpSettings) -> tuple[M, str]:
    """The body as a contract model, and the request's id; raises HttpError or InvalidInput with every violation."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise HttpError(415, "UNSUPPORTED_MEDIA_TYPE", "send the request as application/json")
    body = await _body(request, settings.max_body_bytes)
    budget_ms, wrong = beside(request.headers.get(BUDGET_HEADER), request.headers.get(REQUEST_ID_HEADER))
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
    asked = with_budget(join(parsed, wrong), budget_ms)
    request.state.request_id = choose_request_id(getattr(asked, "request_id", None), request.state.request_id)
    return asked, request.state.request_id


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
    """ASGI middleware: each request has an id before anything can fail, and the answer carries it."""

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
                own = (REQUEST_ID_HEADER.encode(), header_safe(state["request_id"]).encode())
                message = {**message, "headers": [*message.get("headers", []), own]}
            await send(message)

        await self._app(scope, receive, send_with_id)


# --- errors -----------------------------------------------------------------------------------------------------------


class ProblemRoute(APIRoute):
    """A route whose every error is problem+json; not by exception handlers, for Serve installs some of its own."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_errors(request: Request) -> Response:
            try:
                return await handle(request)
            except ClientDisconnect:
                return Response(status_code=499)  # nobody reads it; nginx's number for a client that left
            except Exception as error:  # noqa: BLE001 - the boundary: an unknown error must not leak to the client
                return _refuse(request, error)

        return handle_errors


def _refuse(request: Request, error: Exception) -> Response:
    problem = _problem(request, error)
    headers = {**retry_header(problem), **(error.headers if isinstance(error, HttpError) else {})}
    return Response(problem.json_bytes(), problem.status, headers, PROBLEM_JSON)


def _problem(request: Request, error: Exception) -> Problem:
    request_id, path = request.state.request_id, request.url.path
    if not isinstance(error, HttpError):
        return to_problem(public(error, request_id), request_id, path)
    return Problem(
        type=problem_type(error.reason),
        title=error.reason.replace("_", " ").capitalize(),
        status=error.status,
        detail=error.detail,
        instance=path,
        request_id=request_id,
        reason=error.reason,
    )


async def _unrouted(request: Request, error: Exception) -> Response:
    """Of the router itself: no such path, or not by this method."""
    status = getattr(error, "status_code", 500)
    reasons = {404: ("NOT_FOUND", "there is nothing at this path"), 405: ("METHOD_NOT_ALLOWED", "not by this method")}
    reason, detail = reasons.get(status, ("HTTP_ERROR", "the request cannot be served"))
    return _refuse(request, HttpError(status, reason, detail, dict(getattr(error, "headers", None) or {})))


# --- streams ----------------------------------------------------------------------------------------------------------


class EventStream(StreamingResponse):
    """Server-sent events, one chunk an event; the source is closed however the response ends."""

    def __init__(self, events: AsyncIterator[bytes], chunks: AsyncIterator[bytes]) -> None:
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}  # the second is nginx's
        super().__init__(chunks, media_type="text/event-stream", headers=headers)
        self._events = events

    @classmethod
    async def start(cls, request: Request, events: AsyncIterator[bytes]) -> EventStream:
        """Wait for the first event, so that a refused request gets its status and not a stream with an error in it."""
        try:
            first = [await anext(events)]
        except StopAsyncIteration:
            first = []
        return cls(events, _chunks(request, first, events))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with closing(self._events):
            await super().__call__(scope, receive, send)


async def _chunks(request: Request, first: Iterable[bytes], events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    for chunk in first:
        yield chunk
    try:
        async for chunk in events:
            yield chunk
    except Exception as error:  # noqa: BLE001 - the status has left already: the error becomes the last event
        yield _event("error", _problem(request, error).json_bytes())


def _event(name: str, data: bytes, number: int | None = None) -> bytes:
    """One server-sent event. The data is JSON of one line, so it needs no splitting."""
    return b"%sevent: %s\ndata: %s\n\n" % (b"" if number is None else b"id: %d\n" % number, name.encode(), data)


async def _stream_events(events: AsyncIterator[contract.Event]) -> AsyncIterator[bytes]:
    sequence = 0
    async with closing(events):
        async for event in events:
            sequence += 1
            numbered = contract.StreamNotificationResponse.of(sequence, event)
            (name,) = numbered.model_dump(exclude_none=True, include=openapi.EVENT_NAMES)
            yield _event(name, numbered.model_dump_json(exclude_none=True).encode(), sequence)


async def _batch_events(
    answers: AsyncIterator[tuple[int, Decision | PushGenError]],
    asked: contract.BatchGenerateNotificationsRequest,
    request_id: str,
) -> AsyncIterator[bytes]:
    async with closing(answers):
        async for index, answer in answers:
            if isinstance(answer, PushGenError):
                item_id = item_request_id(asked.requests[index].request_id, request_id, index)
                item = openapi.BatchEvent(index=index, error=to_problem(public(answer, item_id), item_id))
            else:
                item = openapi.BatchEvent(index=index, decision=answer)
            yield _event("error" if item.error else "decision", item.model_dump_json(exclude_none=True).encode())
