"""The protocols of a stage, shared by the pipeline, the fakes and the real stages.

A stage is a plain async class. It runs without Ray; `deployments/replica.py` puts one into a Serve replica.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol, TypeVar

from deployments.deadline import Call
from deployments.settings import Knobs
from deployments.types import (
    CaptionResult,
    Copy,
    Draft,
    GenerationTask,
    Item,
    RouteResult,
    ScoreResult,
    StageRevision,
)

K = TypeVar("K", bound=Knobs)


class Captioner(Protocol):
    """Writes a dense caption of an item."""

    async def caption(self, item: Item, call: Call) -> CaptionResult: ...


class CategoryRouter(Protocol):
    """Weighs the catalogue's categories for an item."""

    async def route(
        self, item: Item, caption: str, wanted: Sequence[str], barred: Sequence[str], max_categories: int, call: Call
    ) -> RouteResult: ...


class Generator(Protocol):
    """Writes candidates; each leaves as soon as it is finished, in no particular order."""

    def generate(self, task: GenerationTask, call: Call) -> AsyncIterator[Draft]: ...


class RewardScorer(Protocol):
    """Scores copies of one item; all copies that are ready travel in one call."""

    async def score(self, item: Item, caption: str, copies: Sequence[Copy], call: Call) -> ScoreResult: ...


class Startable(Protocol[K]):
    """The life of a stage inside a replica."""

    @property
    def knobs_type(self) -> type[K]: ...

    async def start(self, knobs: K) -> None:
        """Load models and warm up; called once, before any work. Raises Misconfigured."""

    async def reconfigure(self, knobs: K) -> None:
        """Take new knobs while serving. Raises Misconfigured, the old ones untouched, when they are impossible."""

    def revision(self) -> StageRevision: ...

    async def check_health(self) -> None:
        """Raise when the stage cannot work any more (its engine has died)."""

    async def stop(self) -> None:
        """Free what the stage holds; no process of its own outlives it."""
