"""The ingress as a Serve deployment: one class, both protocols, one service."""

from __future__ import annotations

from typing import Any

from ray import serve

from serve_app.graph import Graph
from serve_app.ingress.protocols import BothProtocols


@serve.deployment(name="Ingress")
@serve.ingress()
class Ingress(BothProtocols):
    """The one deployment that callers reach. Takes the stages' handles, see `serve_app/graph.py`."""

    def __init__(self, **parts: Any) -> None:
        self._graph = Graph(**parts)
        self.service = self._graph.service

    async def reconfigure(self, user_config: dict[str, Any] | None) -> None:
        self._graph.reconfigure(user_config)
