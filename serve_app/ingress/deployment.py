"""The ingress as a Serve deployment: one class, both protocols, one service."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from typing import Any

from ray import serve

from deployments.replica import keeping_knobs
from deployments.safe_log import protect
from deployments.stage_metrics import KnobMetrics
from serve_app.access.gate import build_access
from serve_app.access.settings import AnyAccessSettings
from serve_app.cluster.graph import Graph
from serve_app.cluster.listening import http_host, warn_open
from serve_app.ingress.http_settings import HttpSettings
from serve_app.ingress.protocols import BothProtocols
from serve_app.stages import INGRESS

logger = logging.getLogger("ray.serve")


@serve.deployment(name="Ingress")
@serve.ingress()
class Ingress(BothProtocols):
    """The deployment that callers reach. Takes the stages' handles or settings, see `serve_app/cluster/graph.py`."""

    def __init__(self, *, http: HttpSettings, access: AnyAccessSettings, **parts: Any) -> None:
        protect(logger)
        self.http = http
        self.access = build_access(access)
        self._graph = Graph(callers=self.access.caller, **parts)
        self.service = self._graph.service
        self._warm = False
        self._knobs = KnobMetrics(INGRESS)

    async def reconfigure(self, user_config: dict[str, Any] | None) -> None:
        with keeping_knobs(self._warm, user_config or {}, self._knobs):
            if self._warm:
                await self._graph.reconfigure(user_config)
            else:
                await self._start(user_config)

    async def _start(self, user_config: dict[str, Any] | None) -> None:
        began = time.monotonic()
        await asyncio.gather(self._graph.reconfigure(user_config), asyncio.to_thread(self._graph.warm_up))
        await asyncio.to_thread(self._graph.settle)
        if not self.access.needs_key:
            warn_open(await asyncio.to_thread(http_host), os.environ)
        self._warm = True
        logger.info("Ingress ready after %.1f s", time.monotonic() - began)

    async def check_health(self) -> None:
        """Raise StageUnavailable when an inline stage is lost. Else it is well while it answers.

        Serve asks every few seconds: then gauges are set again, which Ray forgets.
        """
        self._knobs.publish()
        self._graph.service.publish()
        await self._graph.check_health()

    async def record_autoscaling_stats(self) -> dict[str, float]:
        """What the graph's policy sizes all stages by. Serve asks each second, where there is such a policy."""
        return self._graph.demand()

    async def __del__(self) -> None:
        """Serve awaits it when the replica stops."""
        await self._graph.close()
