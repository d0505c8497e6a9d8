"""Stages behind a handle: calls name their item, and what died with a replica is asked again, elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from ray.exceptions import RayActorError, RayTaskError

from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded, Overloaded, PushGenError, StageFailed, StageUnavailable
from deployments.retry_budget import RetryBudget
from deployments.types import (
    Copy,
    Draft,
    GenerationTask,
    Image,
    Item,
    ItemFacts,
    Reward,
    ScoreResult,
    Stage,
    StageRevision,
)
from serve_app.cluster.affinity import item_key
from serve_app.cluster.remote import RemoteCaptioner, RemoteGenerator, RemoteReward
from serve_app.cluster.transport import LARGE
from serve_app.flow.metrics import NoMetrics
from tests.unit.deployments.generator.fake_engine import task

DRAFTS = [Draft(title=title, category="A", index=0) for title in ("Tea", "Coffee", "Milk")]


class Counts(NoMetrics):
    def __init__(self) -> None:
        self.retries: list[Stage] = []
        self.failures: list[str] = []
        self.stopped: list[bool] = []

    def retried(self, stage: Stage) -> None:
        self.retries.append(stage)

    def stage_failed(self, stage: Stage, error: PushGenError) -> None:
        self.failures.append(error.reason)

    def stage_stopped(self, stage: Stage, stopped: bool) -> None:
        self.stopped.append(stopped)


class Stream:
    """Answers drafts one by one, then dies if it is told to."""

    def __init__(self, drafts: Sequence[Draft], dies: bool) -> None:
        self.drafts, self.dies, self.cancelled = drafts, dies, False
        self._answers = self._answer()

    def __aiter__(self) -> Stream:
        return self

    async def __anext__(self) -> list[Draft]:
        return await anext(self._answers)

    async def _answer(self) -> AsyncIterator[list[Draft]]:
        for draft in self.drafts:
            yield [draft]
        if self.dies:
            raise RayActorError

    def cancel(self) -> None:
        self.cancelled = True


class Handle:
    """A handle of replicas that answer what their entry says: drafts, and whether they die then. The last one stays."""

    def __init__(self, *replicas: tuple[Sequence[Draft], bool]) -> None:
        self.replicas = list(replicas)
        self.tasks: list[GenerationTask] = []
        self.avoided: list[frozenset[str]] = []
        self.sessions: list[str] = []
        self.generate = self

    def options(self, *, session_id: str = "", **options: Any) -> Handle:
        if options.get("stream"):
            self.sessions.append(session_id)
        return self

    def remote(self, work: GenerationTask, call: Call) -> Stream:
        call.route.replica = f"replica {len(self.tasks)}"
        self.avoided.append(call.route.avoid)
        self.tasks.append(work)
        drafts, dies = self.replicas[min(len(self.tasks), len(self.replicas)) - 1]
        return Stream(drafts, dies)


def generator(handle: Any, metrics: Counts | None = None) -> RemoteGenerator:
    return RemoteGenerator(handle, metrics or Counts(), RetryBudget(10))


def call(seconds: float = 5) -> Call:
    return Call(Deadline.after(seconds))


async def titles(handle: Any, work: GenerationTask) -> list[str]:
    return [d.title async for d in generator(handle).generate(work, call())]


async def test_a_task_that_died_with_its_replica_is_asked_again_elsewhere_with_its_adapter() -> None:
    handle, metrics = Handle(([], True), ([], True), (DRAFTS, False)), Counts()
    work = task(adapter="news", candidates_per_category=3)
    drafts = [d async for d in generator(handle, metrics).generate(work, call())]
    assert drafts == DRAFTS
    assert handle.tasks == [work] * 3
    assert {work.adapter for work in handle.tasks} == {"news"}
    assert metrics.retries == [Stage.GENERATE] * 2
    assert handle.sessions == [item_key(work)] * 3, "every attempt names its item"
    assert handle.avoided == [frozenset(), {"replica 0"}, {"replica 0", "replica 1"}]


async def test_a_task_that_has_begun_is_asked_again_only_with_a_seed() -> None:
    handle = Handle((DRAFTS[:2], True), (DRAFTS, False))
    with pytest.raises(StageUnavailable) as lost:
        await titles(handle, task(seed=None, candidates_per_category=3))
    assert lost.value.retry_after_s is None, "the client must not try again either"
    assert len(handle.tasks) == 1
    again = Handle((DRAFTS[:2], True), (DRAFTS, False))
    assert await titles(again, task(seed=7, candidates_per_category=3)) == ["Tea", "Coffee", "Milk"]
    assert len(again.tasks) == 2


class Replies:
    """A handle whose replicas answer in turn, in a circle: an error, or a value. It keeps to what a route avoids."""

    def __init__(self, **replicas: Any) -> None:
        self.replicas = replicas
        self.calls: list[str] = []
        self.sessions: list[str] = []
        self.options_set: dict[str, Any] = {}
        self.caption = self.score = self

    def options(self, *, session_id: str | None = None, **options: Any) -> Replies:
        self.options_set |= options
        if session_id is not None:
            self.sessions.append(session_id)
        return self

    async def remote(self, *arguments: Any) -> Any:
        route = arguments[-1].route
        route.running = frozenset(self.replicas)
        allowed = [name for name in self.replicas if name not in route.avoid] or list(self.replicas)
        route.replica = min(allowed, key=self.calls.count)
        self.calls.append(route.replica)
        answer = self.replicas[route.replica]
        if isinstance(answer, Exception):
            raise answer
        return answer


def captioner(handle: Any, metrics: Counts | None = None, burst: float = 10) -> RemoteCaptioner:
    return RemoteCaptioner(handle, metrics or Counts(), RetryBudget(burst))


async def test_a_call_of_the_captioner_names_its_pictures() -> None:
    handle = Replies(a=RayActorError(), b="a caption")
    stage = captioner(handle)
    items = [Item(images=(Image(data=b"cat"),)), Item(title="Only words")]
    assert [await stage.caption(item, call()) for item in items] == ["a caption"] * 2
    assert handle.sessions == [items[0].pictures_digest(), ""], "an item without pictures may go anywhere"


async def test_what_could_be_too_large_for_grpc_goes_by_reference() -> None:
    handle = Replies(a="a caption")
    stage, by_reference = captioner(handle), []
    for size in (LARGE, LARGE + 1):
        await stage.caption(Item(images=(Image(data=bytes(size)),)), call())
        by_reference.append(handle.options_set["_by_reference"])
    assert by_reference == [False, True]
    handle = Replies(a=scored("1"))
    reward = RemoteReward(handle, Counts(), RetryBudget(10))
    for count in (1, 64):
        await reward.score(ItemFacts(), [Copy(body="x" * 10_000)] * count, call())
        by_reference.append(handle.options_set["_by_reference"])
    assert by_reference[2:] == [False, True]


async def test_an_error_of_a_replica_that_is_not_ours_is_a_failure_of_the_stage() -> None:
    """By gRPC it comes as itself, of any class."""
    for error in (ValueError("secret /path"), RayTaskError("f", "traceback", ValueError("secret"))):
        metrics = Counts()
        with pytest.raises(StageFailed, match=r"^the captioner failed on this request$"):
            await captioner(Replies(a=error), metrics).caption(Item(title="t"), call())
        assert metrics.failures == ["STAGE_FAILED"]


async def test_a_lost_replica_is_avoided_by_the_retry_and_by_later_calls() -> None:
    handle = Replies(a=StageUnavailable("its engine has stopped"), b="b", c="c")
    stage, metrics = captioner(handle), Counts()
    for _ in range(12):
        await stage.caption(Item(title="t"), call())
    assert handle.calls.count("a") == 1
    assert metrics.failures == []


@pytest.mark.parametrize("error", [StageFailed("poison"), Overloaded("full"), DeadlineExceeded("late")])
async def test_nothing_else_is_asked_again(error: PushGenError) -> None:
    handle = Replies(a=error, b=error)
    metrics = Counts()
    with pytest.raises(type(error)):
        await captioner(handle, metrics).caption(Item(title="t"), call())
    assert (len(handle.calls), metrics.retries, metrics.failures) == (1, [], [error.reason])


async def test_a_stage_that_is_away_is_not_asked_for_a_while_and_nobody_is_told_to_try_again() -> None:
    handle, metrics = Replies(a=StageUnavailable("gone"), b=StageUnavailable("gone")), Counts()
    stage = captioner(handle, metrics, burst=1)
    hints = []
    for _ in range(20):
        with pytest.raises(StageUnavailable) as refused:
            await stage.caption(Item(title="t"), call())
        hints.append(refused.value.retry_after_s)
    assert len(handle.calls) == 6, "five calls and the one retry that the budget has"
    assert metrics.stopped == [True]
    assert set(hints) == {None}
    assert metrics.failures == ["STAGE_UNAVAILABLE"] * 20


async def test_poison_does_not_open_the_breaker() -> None:
    handle, metrics = Replies(a=StageFailed("poison")), Counts()
    stage = captioner(handle, metrics)
    for _ in range(30):
        with pytest.raises(StageFailed):
            await stage.caption(Item(title="t"), call())
    assert (len(handle.calls), metrics.stopped) == (30, [])


async def test_retries_end_with_the_time_of_the_call() -> None:
    handle = Replies(a=StageUnavailable("gone"))
    with pytest.raises(StageUnavailable):
        await captioner(handle).caption(Item(title="t"), call(0.015))
    assert len(handle.calls) == 1


def scored(revision: str) -> ScoreResult:
    return ScoreResult(
        rewards=(Reward(mean=0.0, spread=0.1),),
        revision=StageRevision(stage=Stage.SCORE, kind="k", model_revision=revision),
    )


async def test_calls_keep_to_the_model_that_most_replicas_serve() -> None:
    handle = Replies(a=scored("1"), b=scored("1"), c=scored("2"))
    stage = RemoteReward(handle, Counts(), RetryBudget(10))
    answers = [(await stage.score(ItemFacts(), [Copy()], call())).revision.model_revision for _ in range(20)]
    assert set(answers) == {"1"}
    assert handle.calls.count("c") == 1
    handle.replicas |= {"a": scored("2"), "b": scored("2")}
    answers = [(await stage.score(ItemFacts(), [Copy()], call())).revision.model_revision for _ in range(20)]
    assert set(answers[2:]) == {"2"}


async def test_a_model_that_is_all_there_is_is_used() -> None:
    handle = Replies(a=scored("1"), b=scored("2"))
    stage = RemoteReward(handle, Counts(), RetryBudget(0))
    answers = [(await stage.score(ItemFacts(), [Copy()], call())).revision.model_revision for _ in range(6)]
    assert answers[0] == "1", "nothing else is known, and there is no budget for a second question"
    assert len(set(answers[2:])) == 1
