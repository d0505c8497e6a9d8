"""Errors over HTTP: problem+json with its headers, and nothing of ours in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from deployments.errors import DeadlineExceeded, InvalidInput, Overloaded, Violation
from serve_app.ingress.problems import HttpError, ProblemRoute, refuse
from serve_app.ingress.routing import unrouted


def request(path: str = "/v1/x") -> Request:
    state = {"request_id": "r1"}
    return Request({"type": "http", "path": path, "headers": [], "query_string": b"", "state": state, "method": "POST"})


def body(response: Response) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = json.loads(bytes(response.body))
    assert problem["status"] == response.status_code
    assert (problem["request_id"], problem["instance"]) == ("r1", "/v1/x")
    return problem


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (InvalidInput([Violation("item", "is missing")]), 422, "INVALID_INPUT"),
        (Overloaded("full", 1.2), 429, "OVERLOADED"),
        (DeadlineExceeded("late"), 504, "TIME_BUDGET_SPENT"),
        (RuntimeError("/srv/secret"), 500, "INTERNAL"),
        (HttpError(415, "UNSUPPORTED_MEDIA_TYPE", "send JSON"), 415, "UNSUPPORTED_MEDIA_TYPE"),
    ],
)
def test_every_error_is_a_problem(error: Exception, status: int, reason: str) -> None:
    response = refuse(request(), error)
    problem = body(response)
    assert (response.status_code, problem["reason"]) == (status, reason)
    assert "secret" not in bytes(response.body).decode()


def test_a_retry_time_is_a_header_too_rounded_up() -> None:
    assert refuse(request(), Overloaded("full", 1.2)).headers["retry-after"] == "2"
    assert "retry-after" not in refuse(request(), DeadlineExceeded("late")).headers


def test_a_fault_of_the_http_request_has_a_title_and_headers_of_its_own() -> None:
    response = refuse(request(), HttpError(405, "METHOD_NOT_ALLOWED", "not by this method", {"allow": "POST"}))
    assert response.headers["allow"] == "POST"
    problem = body(response)
    assert problem["title"] == "Method not allowed"
    assert problem["type"] == "urn:pushgen:v1:method-not-allowed"


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (HTTPException(418), 418, "HTTP_ERROR"),
        (ValueError("/srv/secret"), 500, "HTTP_ERROR"),
    ],
)
async def test_what_no_route_takes_is_a_problem_too(error: Exception, status: int, reason: str) -> None:
    response = await unrouted(request(), error)
    problem = body(response)
    assert (response.status_code, problem["reason"]) == (status, reason)
    assert "secret" not in problem["detail"]


@pytest.mark.parametrize(
    ("error", "status"), [(Overloaded("full"), 429), (KeyError("x"), 500), (ClientDisconnect(), 499)]
)
async def test_a_route_answers_whatever_its_handler_raises(error: Exception, status: int) -> None:
    async def handler() -> None:
        raise error

    route = ProblemRoute("/v1/x", handler, methods=["POST"])
    app = FastAPI()
    app.router.routes.append(route)
    messages: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        messages.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = dict(request().scope) | {"root_path": "", "scheme": "http", "server": ("test", 80), "http_version": "1.1"}
    await app(scope, receive, send)
    assert messages[0]["status"] == status
