"""Answers that Serve's HTTP proxy could not finish: the replica of a call died.

The proxy then sends nothing, which its server makes a 500 of, or ends a stream as if it were whole. Where
RAY_SERVE_HTTP_PROXY_CALLBACK_IMPORT_PATH names `middlewares`, callers are told to come back instead.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve_app.contract.errors import RAY_ERRORS, Problem, problem_headers, to_problem
from serve_app.contract.headers import choose_request_id, header_safe
from serve_app.ingress.events import event
from serve_app.ingress.problems import PROBLEM_JSON

REQUEST_ID_HEADER: Final = "x-request-id"


def middlewares() -> list[Middleware]:
    """For Serve's proxy."""
    return [Middleware(Unfinished)]


class Unfinished:
    """ASGI middleware: 503 with a retry time instead of no answer, and an `error` event at the end of a cut stream."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started: Headers | None = None
        finished = False

        async def watched(message: Message) -> None:
            nonlocal started, finished
            if message["type"] == "http.response.start":
                started = Headers(raw=message.get("headers", []))
            elif message["type"] == "http.response.body":
                finished = not message.get("more_body", False)
            await send(message)

        await self._app(scope, receive, watched)
        if finished:
            return
        request_id = choose_request_id(Headers(scope=scope).get(REQUEST_ID_HEADER))
        problem = to_problem(RAY_ERRORS["RayActorError"], request_id)
        if started is None:
            await _send_whole(problem, send)
        elif started.get("content-type", "").startswith("text/event-stream"):
            await send({"type": "http.response.body", "body": event("error", problem.json_bytes())})


async def _send_whole(problem: Problem, send: Send) -> None:
    headers = {
        "content-type": PROBLEM_JSON,
        REQUEST_ID_HEADER: header_safe(problem.request_id or ""),
        **problem_headers(problem),
    }
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": problem.status, "headers": raw})
    await send({"type": "http.response.body", "body": problem.json_bytes()})
