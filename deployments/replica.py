"""The base of every stage's replica: start, reconfigure, health and stop.

Serve runs it as a deployment, or the ingress replica has it inside (`serve_app/cluster/inline.py`).
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Generic, TypeVar

import psutil

from deployments.errors import Misconfigured, StageUnavailable
from deployments.safe_log import protect
from deployments.signals import levels
from deployments.stage_metrics import KnobMetrics, StageMetrics
from deployments.stages import Life, UserConfig
from deployments.types import StageRevision

logger = logging.getLogger("ray.serve")
S = TypeVar("S", bound=Life)

# Serve stops a replica after three failed checks, 5 s apart, and waits for its calls, which may hang.
_END_AFTER_S = 30.0


@contextmanager
def keeping_knobs(started: bool, user_config: UserConfig, metrics: KnobMetrics) -> Iterator[list[Misconfigured]]:
    """Refuse impossible knobs of a started replica; the old ones stay. Yields a list, which gets the refusal.

    user_config: those that the body takes.

    Serve ends a replica whose `reconfigure` raises and starts another with the same knobs, so an error in a
    `user_config` would stop a working stage. The log and the gauge `pushgen_knobs_refused` show the refusal.
    """
    refusals: list[Misconfigured] = []
    try:
        yield refusals
    except Misconfigured as error:
        if not started:
            raise
        logger.error("new user_config refused, the old one stays: %s", error)
        refusals.append(error)
        metrics.refused()
    else:
        metrics.took(user_config)


def end_process() -> None:
    """End this process and all that it has started, at once. A thread that hangs cannot be ended otherwise."""
    logger.error("the stage is lost and its replica is still here: it ends itself")
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            child.kill()
    os._exit(1)


class StageReplica(Generic[S]):
    """Base of the deployments. Serve calls `reconfigure` once before the first request, then on every change.

    A replica whose stage is lost refuses every call from its first failed health check on. Otherwise it would answer
    fastest, with errors, and its empty queue would draw the calls. Serve replaces it. If Serve does not, it ends
    itself.
    """

    def __init__(self, stage: S) -> None:
        protect(logger)
        self.stage = stage
        self._started = self._stopped = False
        self._lost = ""
        self._end: threading.Timer | None = None
        self._knobs = KnobMetrics(self.name)
        self._metrics: StageMetrics | None = None

    @property
    def name(self) -> str:
        """The name of the stage's deployment, wherever it runs."""
        return type(self).__name__.removesuffix("Deployment")

    @property
    def is_lost(self) -> bool:
        """Whether the last health check failed."""
        return bool(self._lost)

    @property
    def serving(self) -> S:
        """The stage, for a call. Raises StageUnavailable when it is lost."""
        if self._lost:
            raise StageUnavailable(self._lost)
        return self.stage

    async def reconfigure(self, user_config: dict[str, Any] | None) -> None:
        knobs = user_config or {}
        with keeping_knobs(self._started, knobs, self._knobs):
            await self._reconfigure(knobs)

    async def _reconfigure(self, user_config: UserConfig) -> None:
        what = f"user_config of {self.name}"
        if not self._started:
            began = time.monotonic()
            await self.stage.start_with(user_config, what)
            self._started = True
            self._metrics = StageMetrics(self.name)
            logger.info("%s ready after %.1f s", self.name, time.monotonic() - began)
            return
        await self.stage.reconfigure_with(user_config, what)

    async def revision(self) -> StageRevision:
        return self.stage.revision()

    async def check_health(self) -> None:
        self._knobs.publish()
        if self._metrics is not None:
            self._metrics.publish(self.stage.readings(), self.stage.revision())
        if not self._started:
            return
        try:
            await self.stage.check_health()
        except StageUnavailable as error:
            if not self._lost:
                logger.error("the stage is lost: %s", error)
                self._end = threading.Timer(_END_AFTER_S, end_process)
                self._end.daemon = True
                self._end.start()
            self._lost = error.message
            raise
        if self._end is not None:
            logger.warning("the stage works again")
            self._end.cancel()
            self._lost, self._end = "", None

    async def record_autoscaling_stats(self) -> dict[str, float]:
        """What a policy may size the stage by. Serve asks each second where there is one."""
        return levels(self.stage.readings()) if self._started else {}

    def __del__(self) -> Awaitable[None] | None:
        """Serve awaits the end when the replica stops; Python would not, so nothing is left to do after `stop`."""
        return None if self._stopped else self.stop()

    async def stop(self) -> None:
        self._stopped = True
        await self.stage.stop()
        if self._end is not None:
            self._end.cancel()
