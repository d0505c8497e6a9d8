"""The stages behind Serve handles: deadlines, errors and retries.

Only this module translates Ray's errors. Serve does not retry an accepted call whose replica dies, so it is retried
here, within the budget and counted: every stage is idempotent.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, fields
from typing import Any, TypeVar, get_type_hints

from ray.exceptions import RayActorError, RayError, RayTaskError
from ray.serve.exceptions import BackPressureError, DeploymentUnavailableError
from ray.serve.handle import DeploymentHandle

from deployments.deadline import Call
from deployments.errors import Overloaded, PushGenError, StageFailed, StageUnavailable
from deployments.types import (
    CaptionResult,
    CategoryInfo,
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
from serve_app.cluster.affinity import item_key
from serve_app.flow.metrics import Metrics
from serve_app.flow.pipeline import Stages

logger = logging.getLogger("ray.serve")
T = TypeVar("T")
_ATTEMPTS = 3


def translate(error: BaseException, stage: str) -> PushGenError:
    """Translate a failure of a handle call. The original goes to the log, never to a client."""
    cause = error.cause if isinstance(error, RayTaskError) else error
    if isinstance(cause, PushGenError):
        return cause
    if isinstance(cause, BackPressureError):
        return Overloaded(f"the {stage} has no room for another call")
    if isinstance(cause, RayActorError | DeploymentUnavailableError):
        return StageUnavailable(f"the {stage} lost a replica or has none")
    logger.error("the %s failed: %s", stage, error, exc_info=error)
    return StageFailed(f"the {stage} failed on this request")


class RemoteStage:
    """One stage behind its handle."""

    name: str
    stage: Stage

    def __init__(self, handle: DeploymentHandle, metrics: Metrics) -> None:
        self._handle = handle
        self._metrics = metrics

    async def revision(self, call: Call) -> StageRevision:
        return await self._poll(lambda: self._handle.revision.remote(), call)

    async def _poll(self, ask: Callable[[], Awaitable[T]], call: Call) -> T:
        """Ask a stage for information. Not counted as work, and not retried."""
        try:
            async with call.deadline.limit(f"waiting for the {self.name}"):
                return await ask()
        except (PushGenError, RayError, BackPressureError, DeploymentUnavailableError) as raised:
            raise translate(raised, self.name) from None

    async def _ask(self, ask: Callable[[], Awaitable[T]], call: Call) -> T:
        """Await one call of the handle until the deadline. After a lost replica, try another one."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with call.deadline.limit(f"waiting for the {self.name}"):
                    answer = await ask()
            except (PushGenError, RayError, BackPressureError, DeploymentUnavailableError) as raised:
                error = translate(raised, self.name)
                if isinstance(error, StageUnavailable) and attempt < _ATTEMPTS and not call.deadline.expired:
                    self._metrics.retried(self.stage)
                    continue
                self._metrics.stage_failed(self.stage, error)
                raise error from None
            self._metrics.stage_answered(self.stage)
            return answer
        raise StageUnavailable(f"the {self.name} lost {_ATTEMPTS} replicas in a row")


class RemoteCaptioner(RemoteStage):
    """The captioner behind its handle.

    Each call has a key of its images and frames, so that a deployment may send it to the replica with their caption,
    see `affinity.py`.
    """

    name, stage = "captioner", Stage.CAPTION

    async def caption(self, item: Item, call: Call) -> CaptionResult:
        handle = self._handle.options(session_id=item.pictures_digest())
        return await self._ask(lambda: handle.caption.remote(item, call), call)


class RemoteRouter(RemoteStage):
    name, stage = "router", Stage.ROUTE

    async def route(
        self, item: Item, caption: str, requested: Sequence[str], barred: Sequence[str], max_categories: int, call: Call
    ) -> RouteResult:
        return await self._ask(
            lambda: self._handle.route.remote(item, caption, requested, barred, max_categories, call), call
        )

    async def categories(self, call: Call) -> tuple[CategoryInfo, ...]:
        return await self._poll(lambda: self._handle.categories.remote(), call)


class RemoteReward(RemoteStage):
    name, stage = "reward scorer", Stage.SCORE

    async def score(self, facts: ItemFacts, copies: Sequence[Copy], call: Call) -> ScoreResult:
        return await self._ask(lambda: self._handle.score.remote(facts, copies, call), call)


class RemoteGenerator(RemoteStage):
    """The generator behind its handle. A call is retried if its replica dies before the first draft, not later.

    Each call has the key of its item, so that a deployment may send an item to one replica (`affinity.py`).
    """

    name, stage = "generator", Stage.GENERATE

    async def generate(self, task: GenerationTask, call: Call) -> AsyncGenerator[Draft, None]:
        for attempt in range(1, _ATTEMPTS + 1):
            begun = False
            try:
                async with aclosing(self._attempt(task, call)) as drafts:
                    async for draft in drafts:
                        begun = True
                        yield draft
            except StageUnavailable as error:
                if begun or attempt == _ATTEMPTS or call.deadline.expired:
                    self._metrics.stage_failed(self.stage, error)
                    raise
                self._metrics.retried(self.stage)
                continue
            except PushGenError as error:
                self._metrics.stage_failed(self.stage, error)
                raise
            self._metrics.stage_answered(self.stage)
            return

    async def _attempt(self, task: GenerationTask, call: Call) -> AsyncGenerator[Draft, None]:
        call.deadline.check("generating")
        handle = self._handle.options(stream=True, session_id=item_key(task))
        stream: Any = handle.generate.remote(task, call)
        try:
            while True:
                try:
                    async with call.deadline.limit("generating"):
                        drafts = await anext(stream)
                except StopAsyncIteration:
                    return
                for draft in drafts:
                    yield draft
        except (RayError, BackPressureError, DeploymentUnavailableError) as raised:
            raise translate(raised, self.name) from None
        finally:
            # This also stops the engine when the caller has gone.
            with suppress(RayError):
                stream.cancel()


@dataclass(frozen=True)
class RemoteStages(Stages):
    """Every stage behind its handle. A field is named by the stage's key."""

    captioner: RemoteCaptioner
    router: RemoteRouter
    generator: RemoteGenerator
    reward: RemoteReward

    @classmethod
    def behind(cls, handles: Mapping[str, DeploymentHandle], metrics: Metrics) -> RemoteStages:
        """Wrap each handle. handles: by the stages' keys."""
        return cls(**{key: remote(handles[key], metrics) for key, remote in get_type_hints(cls).items()})

    def each(self) -> tuple[RemoteStage, ...]:
        """Return all stages, in the order of the flow."""
        return tuple(getattr(self, field.name) for field in fields(self))
