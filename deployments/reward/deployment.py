"""The reward scorer as a Serve deployment."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from ray import serve

from deployments.deadline import Call
from deployments.kinds import AnyRewardSettings, build_reward
from deployments.replica import StageReplica
from deployments.stages import RewardStage
from deployments.types import Copy, ItemFacts, ScoreResult

logger = logging.getLogger("ray.serve")


@serve.deployment(name="RewardScorer")
class RewardScorerDeployment(StageReplica[RewardStage]):
    """A reward scorer in a replica. Once started, it applies new knobs in the background, one change after another.

    Serve sends a replica no calls until its `reconfigure` returns, and a reward model takes seconds to load. The log,
    the metrics and the answers show the outcome, a new revision or a refusal.
    """

    def __init__(self, settings: AnyRewardSettings) -> None:
        super().__init__(build_reward(settings))
        self._changes: set[asyncio.Task[None]] = set()
        self._in_order = asyncio.Lock()

    async def reconfigure(self, user_config: dict[str, Any] | None) -> None:
        if not self._started:
            await super().reconfigure(user_config)
            return
        change = asyncio.create_task(self._change(user_config), name="reward knobs")
        self._changes.add(change)
        change.add_done_callback(self._changed)

    async def _change(self, user_config: dict[str, Any] | None) -> None:
        async with self._in_order:
            await super().reconfigure(user_config)

    def _changed(self, change: asyncio.Task[None]) -> None:
        self._changes.discard(change)
        if not change.cancelled() and change.exception() is not None:
            logger.error("new user_config failed, the old one stays", exc_info=change.exception())

    async def score(self, facts: ItemFacts, copies: Sequence[Copy], call: Call) -> ScoreResult:
        return await self.serving.score(facts, copies, call)
