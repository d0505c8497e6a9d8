"""The generator as a Serve deployment."""

from __future__ import annotations

from collections.abc import AsyncIterator

from ray import serve

from deployments.deadline import Call
from deployments.replica import StageReplica
from deployments.types import Draft, GenerationTask


@serve.deployment(name="Generator")
class GeneratorDeployment(StageReplica):
    async def generate(self, task: GenerationTask, call: Call) -> AsyncIterator[Draft]:
        drafts = self.stage.generate(task, call)
        try:
            async for draft in drafts:
                yield draft
        finally:
            await drafts.aclose()
