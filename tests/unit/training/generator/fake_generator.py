"""A generator that writes fixed fakes and remembers how it was used."""

from __future__ import annotations

from collections.abc import AsyncIterator

from deployments.deadline import Call
from deployments.errors import StageUnavailable
from deployments.generator.settings import GeneratorKnobs
from deployments.types import Draft, GenerationTask


class FakeGenerator:
    """Of its candidates every second one is unfinished. `dies_at`: the task that it dies of."""

    def __init__(self, dies_at: int | None = None) -> None:
        self.dies_at = dies_at
        self.life: list[str] = []
        self.knobs = GeneratorKnobs()
        self.seeds: list[int | None] = []
        self.calls: list[Call] = []
        self.running = self.most_running = 0

    def build(self) -> FakeGenerator:
        return self

    async def start(self, knobs: GeneratorKnobs) -> None:
        self.life.append("start")

    async def reconfigure(self, knobs: GeneratorKnobs) -> None:
        self.knobs = knobs
        self.life.append(f"temperature {knobs.temperature:g}")

    async def stop(self) -> None:
        self.life.append("stop")

    async def generate(self, task: GenerationTask, call: Call) -> AsyncIterator[Draft]:
        self.seeds.append(task.seed)
        self.calls.append(call)
        if self.dies_at is not None and len(self.calls) > self.dies_at:
            raise StageUnavailable("the fake engine has stopped")
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        words = task.item.description.split()
        for plan in reversed(task.plan):  # drafts come in no particular order
            for n in range(task.candidates_per_category):
                body = f"A fake about {' '.join(words[: 6 + n]).lower()}."
                yield Draft(
                    title="A fake title", body=body, category=plan.category, likelihood=-1.0, finished=not n % 2
                )
        self.running -= 1
