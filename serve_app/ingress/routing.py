"""What follows from the routes themselves: HEAD, OPTIONS, `Allow`, and one slash too many."""

from __future__ import annotations

from fastapi import Request, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve_app.ingress.problems import HttpError, refuse


class Head:
    """ASGI middleware: HEAD is GET without the body. Load balancers and uptime checks ask this way."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self._app({**scope, "method": "GET"}, receive, send_without_body)


async def unrouted(request: Request, error: Exception) -> Response:
    """Answer for an unknown path, or a method that a path has not."""
    status = getattr(error, "status_code", 500)
    headers = dict(getattr(error, "headers", None) or {})
    if status == 405:
        headers["Allow"] = ", ".join(sorted(_methods(request)))
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=headers)
        return refuse(request, HttpError(405, "METHOD_NOT_ALLOWED", f"use {headers['Allow']}", headers))
    if status == 404:
        path = request.url.path
        if path.endswith("/") and not path.endswith("//") and _methods(request, path[:-1]):
            # Relative, because what stands before us may serve it under another host, scheme or prefix.
            query = f"?{request.url.query}" if request.url.query else ""
            return Response(status_code=307, headers={"Location": f"../{path[:-1].rpartition('/')[2]}{query}"})
        return refuse(request, HttpError(404, "NOT_FOUND", "there is nothing at this path", headers))
    return refuse(request, HttpError(status, "HTTP_ERROR", "the request cannot be served", headers))


def _methods(request: Request, path: str | None = None) -> set[str]:
    """Return the methods that a path takes, of the request or another one."""
    scope = {**request.scope, "path": request.scope["path"] if path is None else path}
    scope["root_path"] = scope.get("app_root_path", scope.get("root_path", ""))  # a mount has put its own there
    methods = {
        method
        for route in request.app.routes
        if route.matches(scope)[0] is not Match.NONE
        for method in getattr(route, "methods", ("GET",)) or ()  # static files have no methods to name
    }
    return methods | ({"HEAD"} if "GET" in methods else set()) | ({"OPTIONS"} if methods else set())
