"""The stages that run inside the ingress replica: `placement: inline`.

Each is in the replica class of its deployment: the same start, knobs, health and metrics. A call is counted as one of a
handle is. It is not tried again: there is no other replica.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from copy import copy
from typing import Any

from deployments.deadline import Call
from deployments.replica import StageReplica
from deployments.retry_budget import RetryBudget
from deployments.router.catalogue import Category
from deployments.settings import Settings
from deployments.stages import UserConfig
from deployments.types import (
    CaptionResult,
    Copy,
    Draft,
    GenerationTask,
    Item,
    ItemFacts,
    RouteResult,
    ScoreResult,
    Stage,
    StageRevision,
)
from serve_app.cluster.attempts import Attempts
from serve_app.cluster.transport import translate
from serve_app.flow.metrics import Metrics
from serve_app.stages import STAGES

logger = logging.getLogger("ray.serve")


class InlineStage:
    """One stage in this process."""

    name: str
    stage: Stage

    def __init__(
        self,
        replica: StageReplica[Any],
        metrics: Metrics,
        budget: RetryBudget,
        gone: Callable[[], bool] = lambda: False,
    ) -> None:
        """gone: see `Attempts`."""
        self._replica = replica
        self._attempts = Attempts(self.stage, self.name, metrics, budget, gone)

    async def revision(self, call: Call) -> StageRevision:
        del call
        return await self._replica.revision()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """Count a call, and translate its failure."""
        with self._attempts.call():
            try:
                yield
            except Exception as raised:  # noqa: BLE001 - it is logged, and translated for the client
                # Calls that share a computation share its error. The flow changes an error, so each has its own.
                raise copy(translate(raised, self.name)) from None


class InlineCaptioner(InlineStage):
    name, stage = "captioner", Stage.CAPTION

    async def caption(self, item: Item, call: Call) -> CaptionResult:
        with self._counted():
            async with call.deadline.limit("captioning"):
                result: CaptionResult = await self._replica.serving.caption(item, call)
                return result


class InlineRouter(InlineStage):
    name, stage = "router", Stage.ROUTE

    async def route(
        self, item: Item, caption: str, requested: Sequence[str], barred: Sequence[str], max_categories: int, call: Call
    ) -> RouteResult:
        with self._counted():
            async with call.deadline.limit("routing"):
                result: RouteResult = await self._replica.serving.route(
                    item, caption, requested, barred, max_categories, call
                )
                return result

    async def categories(self, call: Call) -> tuple[Category, ...]:
        del call
        categories: tuple[Category, ...] = await self._replica.stage.categories()
        return categories


class InlineGenerator(InlineStage):
    name, stage = "generator", Stage.GENERATE

    async def generate(self, task: GenerationTask, call: Call) -> AsyncGenerator[Draft, None]:
        with self._counted():
            async with aclosing(self._replica.serving.generate(task, call)) as drafts:
                while True:
                    try:
                        async with call.deadline.limit("generating"):
                            draft = await anext(drafts)
                    except StopAsyncIteration:
                        return
                    yield draft


class InlineReward(InlineStage):
    name, stage = "reward scorer", Stage.SCORE

    async def score(self, facts: ItemFacts, copies: Sequence[Copy], call: Call) -> ScoreResult:
        with self._counted():
            async with call.deadline.limit("scoring"):
                result: ScoreResult = await self._replica.serving.score(facts, copies, call)
                return result


class InlineReplicas:
    """The replicas of the inline stages, and their life, which is the ingress replica's."""

    def __init__(self, settings: Mapping[str, Settings]) -> None:
        """settings: by the stages' keys. Loads their code, which takes seconds."""
        self.by_key: dict[str, StageReplica[Any]] = {
            row.key: row.load().func_or_class(settings[row.key]) for row in STAGES if row.key in settings
        }
        self._started = False
        self._knobs: dict[str, dict[str, object]] = {}
        self._turns = {key: asyncio.Lock() for key in self.by_key}
        self._changes: set[asyncio.Task[None]] = set()

    async def reconfigure(self, knobs: Mapping[str, UserConfig]) -> None:
        """Start the stages. Later give new knobs to those whose knobs have changed, as Serve does with deployments.

        Raises Misconfigured at the start. Later a stage that refuses its knobs keeps the old ones, and says so. It
        takes them in the background: Serve sends the ingress no calls meanwhile, and a model takes seconds to load.
        """
        before, self._knobs = self._knobs, {key: dict(knobs.get(key, {})) for key in self.by_key}
        if not self._started:
            # In turn: each imports its libraries, and transformers cannot be imported by two threads at once.
            for key, each in self._knobs.items():
                await self.by_key[key].reconfigure(each)
            self._started = True
            return
        for key, each in self._knobs.items():
            if each != before[key]:
                change = asyncio.create_task(self._change(key, each), name=f"knobs of the {key}")
                self._changes.add(change)
                change.add_done_callback(self._changes.discard)

    async def _change(self, key: str, knobs: dict[str, object]) -> None:
        async with self._turns[key]:
            try:
                await self.by_key[key].reconfigure(knobs)
            except Exception:
                logger.exception("new knobs of the %s failed", key)

    def health(self) -> dict[str, bool]:
        """By key, whether the stage takes calls."""
        return {key: not replica.is_lost for key, replica in self.by_key.items()}

    async def check_health(self) -> None:
        """Look at every stage. Raises StageUnavailable when one is lost."""
        looks = await asyncio.gather(*(r.check_health() for r in self.by_key.values()), return_exceptions=True)
        for failure in looks:
            if failure is not None:
                raise failure

    async def stop(self) -> None:
        await asyncio.gather(*(replica.stop() for replica in self.by_key.values()))
