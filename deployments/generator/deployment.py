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
        """Yield drafts as they finish; those that finish during the last message travel together.

        A message of a Serve stream costs more than its content.
        """
        async with aclosing(together(self.serving.generate(task, call))) as drafts:
            async for batch in drafts:
                yield batch
