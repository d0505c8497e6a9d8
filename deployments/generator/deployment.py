"""The generator as a Serve deployment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

from ray import serve

from deployments.deadline import Call
from deployments.kinds import AnyGeneratorSettings, build_generator
from deployments.replica import StageReplica
from deployments.stages import GeneratorStage
from deployments.streams import together
from deployments.types import Draft, GenerationTask


@serve.deployment(name="Generator")
class GeneratorDeployment(StageReplica[GeneratorStage]):
    def __init__(self, settings: AnyGeneratorSettings) -> None:
        super().__init__(build_generator(settings))

    async def generate(self, task: GenerationTask, call: Call) -> AsyncIterator[list[Draft]]:
        """Drafts as they finish; those that finish while the last are on their way travel together.

        A message of a Serve stream costs more than what is in it.
        """
        async with aclosing(together(self.stage.generate(task, call))) as drafts:
            async for those in drafts:
                yield those
