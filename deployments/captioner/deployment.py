"""The captioner as a Ray Serve deployment."""

from __future__ import annotations

from ray import serve

from deployments.deadline import Call
from deployments.replica import StageReplica
from deployments.types import CaptionResult, Item


@serve.deployment(name="Captioner")
class CaptionerDeployment(StageReplica):
    async def caption(self, item: Item, call: Call) -> CaptionResult:
        return await self.stage.caption(item, call)
