"""A fake of each stage, with settable latency: for tests, the framework's own cost and capacity studies.

Their text says that it is fake. They need no weights.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncGenerator, Iterable, Sequence
from typing import Literal

from pydantic import Field

from deployments.deadline import Call
from deployments.errors import InvalidInput
from deployments.generator.choice import adapter_violations
from deployments.item_text import name_of, title_of
from deployments.readings import Reading, reading
from deployments.router.catalogue import Category
from deployments.settings import Knobs, Settings
from deployments.stages import Startable
from deployments.types import (
    Caption,
    CaptionResult,
    CaptionSource,
    CategoryPlan,
    Copy,
    Draft,
    GenerationTask,
    Item,
    ItemFacts,
    Priority,
    Reward,
    RouteResult,
    ScoreResult,
    Stage,
    StageRevision,
    Usage,
)

_CATEGORIES = ("DIRECT", "CURIOSITY", "QUESTION", "BENEFIT_HOWTO", "STORY", "HUMOUR")


class FakeKnobs(Knobs):
    """`latency_ms` is the time of one call; for the generator, of each candidate in turn.

    `places`: how many of them a replica works on at a time, as an engine with so many sequences would. Others wait.
    """

    latency_ms: float = Field(default=0.0, ge=0)
    places: int | None = Field(default=None, ge=1)


class FakeStage(Startable[FakeKnobs]):
    """The life of a fake: nothing to load, nothing to free."""

    knobs_type = FakeKnobs
    stage: Stage

    def __init__(self, _settings: Settings | None = None) -> None:
        self.knobs = FakeKnobs()
        self._places: asyncio.Semaphore | None = None
        self._waiting = 0

    async def start(self, knobs: FakeKnobs) -> None:
        await self.reconfigure(knobs)

    async def reconfigure(self, knobs: FakeKnobs) -> None:
        """Calls that wait already keep the places that they wait for."""
        self.knobs = knobs
        self._places = None if knobs.places is None else asyncio.Semaphore(knobs.places)

    def readings(self) -> Iterable[Reading]:
        return (reading("queue_waiting", self._waiting, priority=Priority.REALTIME.name),)

    def revision(self) -> StageRevision:
        return StageRevision(stage=self.stage, kind="fake", model="fake", model_revision="0")

    async def check_health(self) -> None:
        return

    async def stop(self) -> None:
        return

    async def work(self, call: Call, doing: str) -> Usage:
        latency_ms, places, began_s = self.knobs.latency_ms, self._places, time.monotonic()
        async with call.deadline.limit(doing):
            if places is None:
                await asyncio.sleep(latency_ms / 1000)
                return Usage(compute_ms=latency_ms, batch_size=1)
            self._waiting += 1
            try:
                await places.acquire()
            finally:
                self._waiting -= 1
            queue_ms = (time.monotonic() - began_s) * 1000
            try:
                await asyncio.sleep(latency_ms / 1000)
            finally:
                places.release()
        return Usage(queue_ms=queue_ms, compute_ms=latency_ms, batch_size=1)


class FakeCaptioner(FakeStage):
    stage = Stage.CAPTION

    async def caption(self, item: Item, call: Call) -> CaptionResult:
        usage = await self.work(call, "captioning")
        text = f"fake caption of {name_of(item) or 'a picture'}"
        return CaptionResult(
            caption=Caption(text=text, source=CaptionSource.FAKE), revision=self.revision(), usage=usage
        )


class FakeRouter(FakeStage):
    stage = Stage.ROUTE

    async def route(
        self,
        item: Item,  # noqa: ARG002 - the protocol's
        caption: str,  # noqa: ARG002
        requested: Sequence[str],
        barred: Sequence[str],
        max_categories: int,
        call: Call,
    ) -> RouteResult:
        usage = await self.work(call, "routing")
        names = [c for c in (requested or _CATEGORIES) if c not in barred][:max_categories]
        plan = tuple(
            CategoryPlan(category=c, instruction=f"fake {c}", weight=1 / len(names), wanted=c in requested)
            for c in names
        )
        return RouteResult(plan=plan, revision=self.revision(), usage=usage)

    async def categories(self) -> tuple[Category, ...]:
        return tuple(
            Category(category=c, definition=f"fake {c}", instruction=f"fake {c}", cues=("fake",), is_default=i < 4)
            for i, c in enumerate(_CATEGORIES)
        )


class FakeGenerator(FakeStage):
    """Has no LoRA adapters: it refuses a task that names one."""

    stage = Stage.GENERATE

    async def generate(self, task: GenerationTask, call: Call) -> AsyncGenerator[Draft, None]:
        if violations := adapter_violations(task.adapter, ()):
            raise InvalidInput(violations)
        subject = (title_of(task.item) or task.caption)[:16]
        for plan in task.plan:
            for n in range(1 if task.temperature == 0 else task.candidates_per_category):
                usage = await self.work(call, "generating")
                words = f"{plan.category}{n}{task.seed}{''.join(task.constraints)}"
                tag = hashlib.sha256(words.encode()).hexdigest()[:6].translate(_DIGITS)
                yield Draft(
                    title=f"Fake {tag}: {subject}"[: task.profile.max_title],
                    body=f"A fake {plan.category.lower()} copy {tag} about {subject}."[: task.profile.max_body],
                    category=plan.category,
                    index=n,
                    temperature=task.temperature,
                    likelihood=-1.0,
                    fit=0.9,
                    revision=self.revision(),
                    usage=usage.model_copy(update={"output_tokens": 12, "prompt_tokens": 80}),
                )


class FakeRewardScorer(FakeStage):
    stage = Stage.SCORE

    async def score(self, facts: ItemFacts, copies: Sequence[Copy], call: Call) -> ScoreResult:  # noqa: ARG002
        usage = await self.work(call, "scoring")
        rewards = tuple(Reward(mean=_unit(c.title + c.body), spread=0.1) for c in copies)
        return ScoreResult(
            rewards=rewards, revision=self.revision(), usage=usage.model_copy(update={"batch_size": len(copies)})
        )


def _unit(text: str) -> float:
    """Hash the text to a number in [0, 1)."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") / 2**32


# Digits in a copy that its facts do not have would be ungrounded.
_DIGITS = str.maketrans("0123456789", "ghijklmnop")


class FakeCaptionerSettings(Settings):
    kind: Literal["fake"] = "fake"


class FakeRouterSettings(Settings):
    kind: Literal["fake"] = "fake"


class FakeGeneratorSettings(Settings):
    kind: Literal["fake"] = "fake"

    @property
    def adapter_names(self) -> tuple[str, ...]:
        return ()


class FakeRewardSettings(Settings):
    kind: Literal["fake"] = "fake"
