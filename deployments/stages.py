"""The protocols of a stage, shared by the pipeline, the fakes and the real stages.

A stage is a plain async class. It runs without Ray; `deployments/replica.py` puts one into a Serve replica.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from typing import Protocol, TypeAlias, TypeVar

from deployments.deadline import Call
from deployments.readings import Reading
from deployments.router.catalogue import Category
from deployments.settings import Knobs, parse
from deployments.types import (
    CaptionResult,
    Copy,
    Draft,
    GenerationTask,
    Item,
    ItemFacts,
    RouteResult,
    ScoreResult,
    StageRevision,
)

K = TypeVar("K", bound=Knobs)
UserConfig: TypeAlias = Mapping[str, object]


class Captioner(Protocol):
    """Writes a dense caption of an item."""

    async def caption(self, item: Item, call: Call) -> CaptionResult: ...


class CategoryRouter(Protocol):
    """Weighs the catalogue's categories for an item."""

    async def route(
        self, item: Item, caption: str, requested: Sequence[str], barred: Sequence[str], max_categories: int, call: Call
    ) -> RouteResult: ...


class Generator(Protocol):
    """Writes candidates; each leaves as soon as it is finished, in no particular order."""

    def generate(self, task: GenerationTask, call: Call) -> AsyncGenerator[Draft, None]: ...


class RewardScorer(Protocol):
    """Scores copies of one item; all copies that are ready travel in one call."""

    async def score(self, facts: ItemFacts, copies: Sequence[Copy], call: Call) -> ScoreResult: ...


class Life(Protocol):
    """The life of a stage inside a replica, whatever its knobs are."""

    @property
    def knobs_type(self) -> type[Knobs]: ...

    async def start_with(self, user_config: UserConfig, what: str) -> None:
        """Check the knobs, then start. `what` names them in an error. Raises Misconfigured."""

    async def reconfigure_with(self, user_config: UserConfig, what: str) -> None:
        """Check new knobs, then take them while serving. Raises Misconfigured, the old ones untouched."""

    def revision(self) -> StageRevision: ...

    def readings(self) -> Iterable[Reading]:
        """What the stage can say about its queues, caches and engine. Takes microseconds."""

    async def check_health(self) -> None:
        """Raise when the stage cannot work any more (its engine has died)."""

    async def stop(self) -> None:
        """Free what the stage holds; no process of its own outlives it."""


class Startable(Life, Protocol[K]):
    """Base of every stage's class. `K` is the model of its `user_config`."""

    @property
    def knobs_type(self) -> type[K]: ...

    async def start(self, knobs: K) -> None:
        """Load models and warm up; called once, before any work. Raises Misconfigured."""

    async def reconfigure(self, knobs: K) -> None:
        """Take new knobs while serving. Raises Misconfigured, the old ones untouched, when they are impossible."""

    def readings(self) -> Iterable[Reading]:
        """Nothing, unless a stage has more to say."""
        return ()

    async def start_with(self, user_config: UserConfig, what: str) -> None:
        await self.start(parse(self.knobs_type, user_config, what))

    async def reconfigure_with(self, user_config: UserConfig, what: str) -> None:
        await self.reconfigure(parse(self.knobs_type, user_config, what))


class CaptionerStage(Captioner, Life, Protocol):
    """A captioner in a replica."""


class RouterStage(CategoryRouter, Life, Protocol):
    """A router in a replica."""

    async def categories(self) -> tuple[Category, ...]:
        """The catalogue that is served now."""


class GeneratorStage(Generator, Life, Protocol):
    """A generator in a replica."""


class RewardStage(RewardScorer, Life, Protocol):
    """A reward scorer in a replica."""
