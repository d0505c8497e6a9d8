"""The ingress as a Serve deployment: one class, both protocols, one service."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from ray import serve

from serve_app.graph import Graph
from serve_app.ingress.grpc import GrpcAdapter
from serve_app.ingress.http import HttpSettings, create_app


class BothProtocols(GrpcAdapter):
    """gRPC by its methods, HTTP by the app it builds; whoever inherits sets `self.service` in the constructor."""

    http = HttpSettings()

    def __serve_build_asgi_app__(self) -> FastAPI:
        # Serve asks for it after the constructor. Its proxy answers with X-Request-Id by itself.
        return create_app(lambda: self.service, self.http, echo=False)


@serve.deployment(name="Ingress")
@serve.ingress()
class Ingress(BothProtocols):
    """The one deployment that callers reach. Takes the stages' handles, see `serve_app/graph.py`."""

    def __init__(self, **parts: Any) -> None:
        self._graph = Graph(**parts)
        self.service = self._graph.service

    async def reconfigure(self, user_config: dict[str, Any] | None) -> None:
        self._graph.reconfigure(user_config)
