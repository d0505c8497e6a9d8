"""The captioner as a Ray Serve deployment."""

from __future__ import annotations

from typing import Any

from ray import serve

from deployments.captioner.cache import cached
from deployments.deadline import Call
from deployments.kinds import build
from deployments.replica import StageReplica
from deployments.settings import Settings
from deployments.types import CaptionResult, Item


@serve.deployment(name="Captioner")
class CaptionerDeployment(StageReplica):
    """Every captioner whose knobs have a cache has it here, once."""

    def built(self, settings: Settings) -> Any:
        return cached(build(settings))

    async def caption(self, item: Item, call: Call) -> CaptionResult:
        return await self.stage.caption(item, call)
