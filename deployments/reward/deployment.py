"""The reward scorer as a Serve deployment."""

from __future__ import annotations

from collections.abc import Sequence

from ray import serve

from deployments.deadline import Call
from deployments.replica import StageReplica
from deployments.types import Copy, Item, ScoreResult


@serve.deployment(name="RewardScorer")
class RewardScorerDeployment(StageReplica):
    async def score(self, item: Item, caption: str, copies: Sequence[Copy], call: Call) -> ScoreResult:
        return await self.stage.score(item, caption, copies, call)
