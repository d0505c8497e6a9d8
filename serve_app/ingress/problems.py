"""Errors over HTTP as problem+json."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from serve_app.contract.errors import Problem, problem_headers, problem_type, public, to_problem
from serve_app.contract.headers import BUDGET_HEADER

PROBLEM_JSON = "application/problem+json"
# Of Ray Serve: one changes the proxy's timeout, or takes it away, the other lets work go on without its caller.
SERVE_HEADERS = ("x-request-timeout-seconds", "x-request-disconnect-disabled")


class HttpError(Exception):
    """A fault of the HTTP request, found before its body is parsed. Has no meaning over gRPC."""

    def __init__(self, status: int, reason: str, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.reason, self.detail, self.headers = status, reason, detail, headers or {}


class ProblemRoute(APIRoute):
    """A route that turns every error into problem+json. Exception handlers would meet those that Serve installs."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_errors(request: Request) -> Response:
            try:
                refuse_headers(request)
                return await handle(request)
            except ClientDisconnect:
                return Response(status_code=499)  # nobody reads it; nginx's number for a client that left
            except Exception as error:  # noqa: BLE001 - the boundary: an unknown error must not leak to the client
                return refuse(request, error)

        return handle_errors


def refuse_headers(request: Request) -> None:
    """Raise HttpError for a header by which Ray Serve would keep working for a caller without end.

    Serve's proxy acts on them before the request is here. To answer at once is what takes their effect.
    """
    for name in SERVE_HEADERS:
        if name in request.headers:
            detail = f"{name} is not taken: the time budget of a request is {BUDGET_HEADER}, and a caller may leave"
            raise HttpError(400, "HEADER_REFUSED", detail)


def refuse(request: Request, error: Exception) -> Response:
    problem = problem_of(request, error)
    headers = {**problem_headers(problem), **(error.headers if isinstance(error, HttpError) else {})}
    return Response(problem.json_bytes(), problem.status, headers, PROBLEM_JSON)


def problem_of(request: Request, error: Exception) -> Problem:
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
