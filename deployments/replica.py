"""Puts a stage into a Serve replica: start, reconfigure, health and stop, the same for every stage."""

from __future__ import annotations

import logging
import time
from typing import Any

from ray import serve

from deployments.errors import Misconfigured
from deployments.settings import parse
from deployments.stages import Kind
from deployments.types import StageRevision

logger = logging.getLogger("ray.serve")


class StageReplica:
    """Base of the deployments. Serve calls `reconfigure` once before the first request, then on every change."""

    def __init__(self, settings: Kind) -> None:
        self.stage: Any = settings.build()
        self._started = False

    async def reconfigure(self, user_config: dict[str, Any] | None) -> None:
        knobs = parse(self.stage.knobs_type, user_config or {}, f"user_config of {type(self).__name__}")
        if not self._started:
            began = time.monotonic()
            await self.stage.start(knobs)
            self._started = True
            name = serve.get_replica_context().deployment
            logger.info("%s ready after %.1f s", name, time.monotonic() - began)
            return
        try:
            await self.stage.reconfigure(knobs)
        except Misconfigured:
            logger.exception("new user_config refused; the old one stays")
            raise

    async def revision(self) -> StageRevision:
        return self.stage.revision()

    async def check_health(self) -> None:
        if self._started:
            await self.stage.check_health()

    async def __del__(self) -> None:
        await self.stage.stop()
