"""The stages behind Serve handles: deadlines, errors and retries.

How a call travels and what its failure means is in `transport.py`. Serve does not retry an accepted call whose replica
dies, so it is retried here, on another replica, within the time budget and the budget of retries: every stage is
idempotent.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import Any, TypeVar

from ray.serve.handle import DeploymentHandle

from deployments.deadline import Call, Route
from deployments.errors import PushGenError, StageUnavailable
from deployments.retry_budget import RetryBudget
from deployments.router.catalogue import Category
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
from serve_app.cluster.affinity import item_key
from serve_app.cluster.attempts import Attempts, Tries
from serve_app.cluster.delivered import Delivered
from serve_app.cluster.replicas import LostReplicas, Revisions
from serve_app.cluster.transport import by_value, translate, way
from serve_app.flow.metrics import Metrics

T = TypeVar("T")


class RemoteStage:
    """One stage behind its handle."""

    name: str
    stage: Stage

    def __init__(
        self, handle: DeploymentHandle, metrics: Metrics, budget: RetryBudget, gone: Callable[[], bool] = lambda: False
    ) -> None:
        """gone: see `Attempts`."""
        self._handle = by_value(handle)
        self._attempts = Attempts(self.stage, self.name, metrics, budget, gone)
        self._lost = LostReplicas()

    async def revision(self, call: Call) -> StageRevision:
        return await self._poll(lambda: self._handle.revision.remote(), call)

    async def _poll(self, ask: Callable[[], Awaitable[T]], call: Call) -> T:
        """Ask a stage for information. Not counted as work, and not retried."""
        try:
            async with call.deadline.limit(f"waiting for the {self.name}"):
                return await ask()
        except Exception as raised:  # noqa: BLE001 - an error of the replica comes as its own class
            raise translate(raised, self.name) from None

    async def _ask(self, ask: Callable[[Call], Awaitable[T]], call: Call) -> T:
        """Await one call of the handle until the deadline. After a lost replica, try another one."""
        with self._attempts.call() as tries:
            while True:
                routed = replace(call, route=Route(self._avoided()))
                try:
                    async with call.deadline.limit(f"waiting for the {self.name}"):
                        answer = await ask(routed)
                except Exception as raised:  # noqa: BLE001 - an error of the replica comes as its own class
                    await self._again(tries, translate(raised, self.name), routed)
                    continue
                if self._accepts(answer, routed.route) or not await tries.again(call.deadline):
                    return answer

    def _avoided(self) -> frozenset[str]:
        """The replicas that the next call must not reach."""
        return self._lost.avoided()

    def _accepts(self, answer: Any, route: Route) -> bool:
        """Whether the answer may be used. One that may not is used where there is no other try."""
        del answer, route
        return True

    async def _again(self, tries: Tries, error: PushGenError, call: Call, *, repeatable: bool = True) -> None:
        """Wait until the next try. Raises the error if there is none."""
        if isinstance(error, StageUnavailable):
            self._lost.lost(call.route)
        await tries.failed(error, call.deadline, repeatable=repeatable)


class RemoteCaptioner(RemoteStage):
    """The captioner behind its handle.

    Each call has a key of its images and frames, so that a deployment may send it to the replica with their caption,
    see `affinity.py`.
    """

    name, stage = "captioner", Stage.CAPTION

    async def caption(self, item: Item, call: Call) -> CaptionResult:
        handle = self._handle.options(session_id=item.pictures_digest(), **way(item.media_bytes()))
        return await self._ask(lambda routed: handle.caption.remote(item, routed), call)


class RemoteRouter(RemoteStage):
    name, stage = "router", Stage.ROUTE

    async def route(
        self, item: Item, caption: str, requested: Sequence[str], barred: Sequence[str], max_categories: int, call: Call
    ) -> RouteResult:
        return await self._ask(
            lambda routed: self._handle.route.remote(item, caption, requested, barred, max_categories, routed), call
        )

    async def categories(self, call: Call) -> tuple[Category, ...]:
        return await self._poll(lambda: self._handle.categories.remote(), call)


class RemoteReward(RemoteStage):
    """The reward scorer behind its handle. Calls keep to the model that most replicas serve."""

    name, stage = "reward scorer", Stage.SCORE

    def __init__(
        self, handle: DeploymentHandle, metrics: Metrics, budget: RetryBudget, gone: Callable[[], bool] = lambda: False
    ) -> None:
        super().__init__(handle, metrics, budget, gone)
        self._revisions = Revisions()

    async def score(self, facts: ItemFacts, copies: Sequence[Copy], call: Call) -> ScoreResult:
        handle = self._handle.options(**way(4 * sum(len(copy.title) + len(copy.body) for copy in copies)))
        return await self._ask(lambda routed: handle.score.remote(facts, copies, routed), call)

    def _avoided(self) -> frozenset[str]:
        return super()._avoided() | self._revisions.avoided()

    def _accepts(self, answer: ScoreResult, route: Route) -> bool:
        return self._revisions.answered(route, answer.revision)


class RemoteGenerator(RemoteStage):
    """The generator behind its handle.

    A call whose replica dies is tried again before its first draft, and with a seed later too: the drafts that the
    caller has are left out then.

    Each call has the key of its item, so that a deployment may send an item to one replica (`affinity.py`).
    """

    name, stage = "generator", Stage.GENERATE

    async def generate(self, task: GenerationTask, call: Call) -> AsyncGenerator[Draft, None]:
        delivered = Delivered(task.candidates_per_category)
        with self._attempts.call() as tries:
            while True:
                routed = replace(call, route=Route(self._avoided()))
                try:
                    async with aclosing(self._attempt(task, routed)) as drafts:
                        async for draft in drafts:
                            if delivered.adds(draft):
                                yield draft
                    return
                except PushGenError as error:
                    repeatable = task.seed is not None or not delivered
                    await self._again(tries, error, routed, repeatable=repeatable)
                    delivered.begin_again()

    async def _attempt(self, task: GenerationTask, call: Call) -> AsyncGenerator[Draft, None]:
        call.deadline.check("generating")
        handle = self._handle.options(stream=True, session_id=item_key(task))
        stream: Any = handle.generate.remote(task, call)
        try:
            while (drafts := await self._next(stream, call)) is not None:
                for draft in drafts:
                    yield draft
        finally:
            # This also stops the engine when the caller has gone. A stream that has failed raises its failure again.
            with suppress(Exception):
                stream.cancel()

    async def _next(self, stream: Any, call: Call) -> list[Draft] | None:
        """Await the next message of the stream. None at its end."""
        try:
            async with call.deadline.limit("generating"):
                return await anext(stream, None)
        except Exception as raised:  # noqa: BLE001 - an error of the replica comes as its own class
            raise translate(raised, self.name) from None
