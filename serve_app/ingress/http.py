"""HTTP over the service: the same verbs, and JSON with the proto's field names. Streams are server-sent events.

Every error is problem+json. Bodies are read and parsed here, not by FastAPI: up to a limit, and large ones in a thread,
since a request may have a hundred megabytes of images and frames.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from typing import Any, Final, TypeVar

from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deployments.errors import InvalidInput, PushGenError
from deployments.types import Decision
from serve_app.access.gate import Access, OpenAccess
from serve_app.contract import messages
from serve_app.contract.errors import public, to_problem
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
from serve_app.contract.requests import parse_json
from serve_app.contract.verbs import BATCH, STREAM, VERBS, AnyVerb, UnaryVerb
from serve_app.flow.intake import Holding
from serve_app.flow.record import current
from serve_app.ingress import openapi
from serve_app.ingress.body import read_body, require_json
from serve_app.ingress.context import closing
from serve_app.ingress.core import Service
from serve_app.ingress.docs_page import add_docs_page
from serve_app.ingress.events import EventStream, event
from serve_app.ingress.health import degraded, is_serving, stage_health
from serve_app.ingress.http_settings import HttpSettings
from serve_app.ingress.problems import HttpError, ProblemRoute
from serve_app.ingress.reading import off_loop
from serve_app.ingress.routing import Head, unrouted

logger = logging.getLogger("ray.serve")

M = TypeVar("M", bound=BaseModel)

REQUEST_ID_HEADER = "x-request-id"


def create_app(
    service: Callable[[], Service],
    settings: HttpSettings | None = None,
    access: Access | None = None,
    *,
    echo: bool = True,
) -> FastAPI:
    """Make the HTTP app of a service. `service` is called at each request.

    The verbs ask `access`; the health, `/docs` and `/openapi.json`, which say nothing of a tenant, are open to all.
    echo: answer with X-Request-Id. Turn it off behind Serve's proxy, which sends the header itself.
    """
    settings, access = settings or HttpSettings(), access or OpenAccess()
    app = FastAPI(**openapi.INFO, docs_url=None, redoc_url=None, redirect_slashes=False, root_path_in_servers=False)
    app.router.route_class = ProblemRoute
    _add_routes(app.router, service, settings, access)
    add_docs_page(app)
    app.add_exception_handler(HTTPException, unrouted)
    app.add_middleware(Head)
    app.add_middleware(RequestId, echo=echo)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "HEAD", "POST"],
            allow_headers=["Authorization", "Content-Encoding", REQUEST_ID_HEADER, BUDGET_HEADER],
            expose_headers=[REQUEST_ID_HEADER, "Retry-After"],
        )
    # FastAPI's documented way to extend its document.
    app.openapi = lambda: openapi.schema(app, access.needs_key)  # type: ignore[method-assign]
    return app


def _add_routes(router: APIRouter, service: Callable[[], Service], settings: HttpSettings, access: Access) -> None:
    for verb in VERBS:
        router.add_api_route(
            verb.path, _handler(verb, service, settings, access), methods=[verb.method], **openapi.operation(verb)
        )

    async def ready() -> Response:
        stages = await stage_health(service())
        serving = is_serving(stages)
        health = openapi.Health(
            status="SERVING" if serving else "NOT_SERVING", stages=stages, degraded=degraded(stages)
        )
        return _json(health, 200 if serving else 503)

    async def live() -> Response:
        return _json(openapi.Alive())

    for path in openapi.READY_PATHS:
        router.add_api_route(path, ready, **openapi.readiness(path))
    router.add_api_route("/livez", live, **openapi.LIVE)


def _handler(
    verb: AnyVerb, service: Callable[[], Service], settings: HttpSettings, access: Access
) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    async def handle(request: Request) -> Response:
        arrived_s, headers = time.monotonic(), request.headers
        with ExitStack() as held, ExitStack() as ends:
            record = ends.enter_context(service().journal.request(verb.rpc, "http", request.state.request_id))
            record.tenant = tenant = access.tenant(headers.get(AUTHORIZATION_HEADER), headers.get(TENANT_HEADER, ""))
            intake = service().intake
            holding = held.enter_context(intake.hold())
            if verb.method == "GET":
                contract_request, request_id = verb.request(), request.state.request_id
            else:
                reading = _read(request, verb.request, settings, intake.max_batch_items, holding)
                contract_request, request_id = await reading
            record.request = contract_request
            answer = getattr(service(), verb.name)(contract_request, request_id, tenant, arrived_s)
            if isinstance(verb, UnaryVerb):
                return _json(verb.answer(await answer))
            # The record of a stream ends with its events, where their error is seen.
            events = _events(answer, _ANSWERS[verb.rpc], contract_request, request_id, ends.pop_all())
            stream = await EventStream.start(request, events)
            stream.until_sent = held.pop_all()
            return stream

    return handle


def _json(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(exclude_none=True), status, media_type="application/json")


# --- requests ---------------------------------------------------------------------------------------------------------


async def _read(
    request: Request, model: type[M], settings: HttpSettings, max_items: int, holding: Holding
) -> tuple[M, str]:
    """Read the body as a contract model, and the request's id.

    Raises HttpError, Overloaded, or InvalidInput with all violations.
    """
    require_json(request)
    body = await read_body(request, settings, holding)
    budget_ms, header_violations = beside(request.headers.get(BUDGET_HEADER), request.headers.get(REQUEST_ID_HEADER))
    parsed: M | InvalidInput
    try:
        parsed = await off_loop(partial(parse_json, model, body, max_items), len(body))
    except InvalidInput as error:
        malformed = next((v for v in error.violations if v.description.startswith("is not JSON")), None)
        if malformed is not None:
            raise HttpError(400, "MALFORMED_JSON", _not_json(body, malformed.description)) from None
        parsed = error
    request.state.request_id = choose_request_id(getattr(parsed, "request_id", None), request.state.request_id)
    current().request_id = request.state.request_id
    return with_budget(join(parsed, header_violations), budget_ms), request.state.request_id


def _not_json(body: bytes, description: str) -> str:
    """Return the reason in words; the parser's own names a position and not the cause of these two."""
    if not body.strip():
        return "the body is not JSON: it is empty"
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return f"the body is not JSON: it is not UTF-8, at byte {error.start + 1}"
    return f"the body {description}"


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
    answers: AsyncIterator[Any],
    event_of: EventOf,
    request: BaseModel,
    request_id: str,
    ends: AbstractContextManager[Any],
) -> AsyncIterator[bytes]:
    sequence = 0
    with ends:
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
