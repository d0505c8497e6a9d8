"""The reward scorer as a Serve deployment."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from ray import serve

from deployments.deadline import Call
from deployments.kinds import AnyRewardSettings, build_reward
from deployments.replica import StageReplica, keeping_knobs
from deployments.stages import RewardStage
from deployments.types import Copy, ItemFacts, ScoreResult

logger = logging.getLogger("ray.serve")


# Pauses before a change that failed is tried again: memory may be free, or a mount back, by then.
_PAUSES_S = (5.0, 20.0, 60.0)


@serve.deployment(name="RewardScorer")
class RewardScorerDeployment(StageReplica[RewardStage]):
    """A reward scorer in a replica. Once started, it applies new knobs in the background, the latest ones alone.

    Serve sends a replica no calls until its `reconfigure` returns, and a reward model takes seconds to load. The log,
    the metrics and the answers show the outcome, a new revision or a refusal. A change that fails is tried again a few
    times: on other replicas it may have worked.
    """

    def __init__(self, settings: AnyRewardSettings) -> None:
        super().__init__(build_reward(settings))
        self._changes: set[asyncio.Task[None]] = set()
        self._in_order = asyncio.Lock()
        self._newest = asyncio.Event()

    async def reconfigure(self, user_config: dict[str, Any] | None) -> None:
        if not self._started:
            await super().reconfigure(user_config)
            return
        self._newest.set()  # ends the tries of the change before
        self._newest = superseded = asyncio.Event()
        change = asyncio.create_task(self._change(user_config, superseded), name="reward knobs")
        self._changes.add(change)
        change.add_done_callback(self._changes.discard)

    async def _change(self, user_config: dict[str, Any] | None, superseded: asyncio.Event) -> None:
        knobs = user_config or {}
        async with self._in_order:
            for pause_s in (*_PAUSES_S, 0.0):
                if superseded.is_set():
                    return
                try:
                    with keeping_knobs(True, knobs, self._knobs) as refusals:
                        await self._reconfigure(knobs)
                    if not refusals:
                        return
                except Exception:
                    logger.exception("new user_config failed, the old one stays")
                with suppress(TimeoutError):
                    await asyncio.wait_for(superseded.wait(), pause_s)

    async def score(self, facts: ItemFacts, copies: Sequence[Copy], call: Call) -> ScoreResult:
        return await self.serving.score(facts, copies, call)
