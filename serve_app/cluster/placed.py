"""The stages of the flow, each where its `placement` says: behind a handle, or in this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, Final, Protocol

from ray.serve.handle import DeploymentHandle

from deployments.deadline import Call
from deployments.replica import StageReplica
from deployments.retry_budget import RetryBudget
from deployments.router.catalogue import Category
from deployments.stages import Captioner, CategoryRouter, Generator, RewardScorer
from deployments.types import Stage, StageRevision
from serve_app.cluster.attempts import BURST
from serve_app.cluster.inline import InlineCaptioner, InlineGenerator, InlineReward, InlineRouter
from serve_app.cluster.remembered import RememberingCaptioner
from serve_app.cluster.remote import RemoteGenerator, RemoteReward, RemoteRouter
from serve_app.flow.metrics import Metrics
from serve_app.flow.pipeline import Stages


class Placed(Protocol):
    """What the graph asks of a stage, beside its verb."""

    stage: Stage

    async def revision(self, call: Call) -> StageRevision: ...


class PlacedCaptioner(Captioner, Placed, Protocol):
    """A captioner, wherever it runs."""


class PlacedRouter(CategoryRouter, Placed, Protocol):
    """A router, wherever it runs."""

    async def categories(self, call: Call) -> tuple[Category, ...]: ...


class PlacedGenerator(Generator, Placed, Protocol):
    """A generator, wherever it runs."""


class PlacedReward(RewardScorer, Placed, Protocol):
    """A reward scorer, wherever it runs."""


REMOTE: Final[Mapping[str, Any]] = {
    "captioner": RememberingCaptioner, "router": RemoteRouter, "generator": RemoteGenerator, "reward": RemoteReward,
}  # fmt: skip
INLINE: Final[Mapping[str, Any]] = {
    "captioner": InlineCaptioner, "router": InlineRouter, "generator": InlineGenerator, "reward": InlineReward,
}  # fmt: skip


@dataclass(frozen=True)
class PlacedStages(Stages):
    """Every stage in its place. A field is named by the stage's key."""

    captioner: PlacedCaptioner
    router: PlacedRouter
    generator: PlacedGenerator
    reward: PlacedReward

    @classmethod
    def of(
        cls,
        handles: Mapping[str, DeploymentHandle],
        replicas: Mapping[str, StageReplica[Any]],
        metrics: Metrics,
        gone: Callable[[str], bool],
    ) -> PlacedStages:
        """Wrap each handle and each replica, by the stages' keys. gone: of a key, see `Attempts`."""
        budget = RetryBudget(BURST)
        placed = {key: REMOTE[key](handle, metrics, budget, partial(gone, key)) for key, handle in handles.items()}
        placed |= {key: INLINE[key](replica, metrics, budget, partial(gone, key)) for key, replica in replicas.items()}
        return cls(**placed)

    def each(self) -> tuple[Placed, ...]:
        """Return all stages, in the order of the flow."""
        return tuple(getattr(self, field.name) for field in fields(self))
