"""The base of every stage's Serve deployment: start, reconfigure, health and stop."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from ray import serve
from ray.serve.metrics import Gauge

from deployments.errors import Misconfigured
from deployments.safe_log import protect
from deployments.stages import Life, UserConfig
from deployments.types import StageRevision

logger = logging.getLogger("ray.serve")
S = TypeVar("S", bound=Life)


@contextmanager
def keeping_knobs(started: bool) -> Iterator[None]:
    """Refuse impossible knobs of a started replica; the old ones stay.

    Serve ends a replica whose `reconfigure` raises and starts another with the same knobs, so an error in a
    `user_config` would stop a working stage. The log and the gauge `pushgen_knobs_refused` show the refusal.
    """
    refused = 0
    try:
        yield
    except Misconfigured as error:
        if not started:
            raise
        logger.error("new user_config refused, the old one stays: %s", error)
        refused = 1
    Gauge("pushgen_knobs_refused", description="1 while the last user_config was refused.").set(refused)


class StageReplica(Generic[S]):
    """Base of the deployments. Serve calls `reconfigure` once before the first request, then on every change."""

    def __init__(self, stage: S) -> None:
        protect(logger)
        self.stage = stage
        self._started = False

    async def reconfigure(self, user_config: dict[str, Any] | None) -> None:
        with keeping_knobs(self._started):
            await self._reconfigure(user_config or {})

    async def _reconfigure(self, user_config: UserConfig) -> None:
        what = f"user_config of {type(self).__name__}"
        if not self._started:
            began = time.monotonic()
            await self.stage.start_with(user_config, what)
            self._started = True
            name = serve.get_replica_context().deployment
            logger.info("%s ready after %.1f s", name, time.monotonic() - began)
            return
        await self.stage.reconfigure_with(user_config, what)

    async def revision(self) -> StageRevision:
        return self.stage.revision()

    async def check_health(self) -> None:
        if self._started:
            await self.stage.check_health()

    async def __del__(self) -> None:
        await self.stage.stop()
