"""The captioner as a Ray Serve deployment."""

from __future__ import annotations

from ray import serve

from deployments.captioner.cache import cached
from deployments.deadline import Call
from deployments.kinds import AnyCaptionerSettings, build_captioner
from deployments.replica import StageReplica
from deployments.stages import CaptionerStage
from deployments.types import CaptionResult, Item


@serve.deployment(name="Captioner")
class CaptionerDeployment(StageReplica[CaptionerStage]):
    """A captioner in a replica. The cache is put around it here, once for all kinds."""

    def __init__(self, settings: AnyCaptionerSettings) -> None:
        super().__init__(cached(build_captioner(settings), settings))

    async def caption(self, item: Item, call: Call) -> CaptionResult:
        return await self.serving.caption(item, call)
