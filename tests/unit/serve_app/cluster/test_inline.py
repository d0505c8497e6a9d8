"""Stages inside the ingress replica: their life is its own, their knobs change alone, their failures are translated."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from deployments import replica
from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded, Misconfigured, PushGenError, StageFailed, StageUnavailable
from deployments.fakes import (
    FakeCaptioner,
    FakeCaptionerSettings,
    FakeGenerator,
    FakeKnobs,
    FakeRewardSettings,
    FakeRouterSettings,
)
from deployments.retry_budget import RetryBudget
from deployments.types import Draft, GenerationTask, Item, Stage
from serve_app.cluster.inline import InlineCaptioner, InlineGenerator, InlineReplicas, InlineRouter
from serve_app.flow.metrics import NoMetrics
from tests.unit.deployments.generator.fake_engine import task

SETTINGS = {"captioner": FakeCaptionerSettings(), "router": FakeRouterSettings(), "reward": FakeRewardSettings()}


class Counts(NoMetrics):
    def __init__(self) -> None:
        self.outcomes: list[str] = []

    def stage_answered(self, stage: Stage) -> None:
        self.outcomes.append(f"{stage.name} answered")

    def stage_failed(self, stage: Stage, error: PushGenError) -> None:
        self.outcomes.append(f"{stage.name} {error.reason}")


@pytest.fixture(autouse=True)
def no_gauges(monkeypatch: pytest.MonkeyPatch) -> None:
    unseen = type("Unseen", (), {name: lambda *_: None for name in ("took", "refused", "publish")})
    monkeypatch.setattr(replica, "KnobMetrics", lambda _: unseen())
    monkeypatch.setattr(replica, "StageMetrics", lambda _: unseen())
    monkeypatch.setattr(replica, "end_process", lambda: None)


@pytest.fixture
async def replicas() -> AsyncIterator[InlineReplicas]:
    made = InlineReplicas(SETTINGS)
    yield made
    await made.stop()


def call(seconds: float = 5) -> Call:
    return Call(Deadline.after(seconds))


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - a change has no event for it
            await asyncio.sleep(0)


def latency_ms(replicas: InlineReplicas, key: str) -> float:
    return replicas.by_key[key].stage.knobs.latency_ms


async def test_the_first_knobs_start_every_stage(replicas: InlineReplicas) -> None:
    await replicas.reconfigure({"router": {"latency_ms": 3}})
    assert {key: latency_ms(replicas, key) for key in replicas.by_key} == {"captioner": 0, "router": 3, "reward": 0}
    assert replicas.health() == {"captioner": True, "router": True, "reward": True}


async def test_stages_start_in_turn(replicas: InlineReplicas) -> None:
    """Two that import transformers at the same time fail."""
    seen: list[str] = []
    for key, one in replicas.by_key.items():

        async def starts(_: FakeKnobs, key: str = key) -> None:
            seen.append(f"{key} begins")
            await asyncio.sleep(0)
            seen.append(f"{key} ends")

        one.stage.start = starts
    await replicas.reconfigure({})
    assert seen == [f"{key} {what}" for key in replicas.by_key for what in ("begins", "ends")]


async def test_impossible_knobs_end_the_start_and_no_stage_that_serves(
    replicas: InlineReplicas, caplog: pytest.LogCaptureFixture
) -> None:
    impossible = {"router": {"latency_ms": -1}}
    with pytest.raises(Misconfigured, match="user_config of CategoryRouter: latency_ms"):
        await replicas.reconfigure(impossible)
    await replicas.reconfigure({})
    await replicas.reconfigure(impossible | {"captioner": {"latency_ms": 9}})
    await until(lambda: latency_ms(replicas, "captioner") == 9 and "refused" in caplog.text)
    assert latency_ms(replicas, "router") == 0, "the old ones stay"


async def test_only_a_stage_whose_knobs_have_changed_takes_them(replicas: InlineReplicas) -> None:
    await replicas.reconfigure({"router": {"latency_ms": 1}})
    taken: list[str] = []
    for key, one in replicas.by_key.items():
        one.stage.reconfigure = lambda knobs, key=key: taken.append(key) or asyncio.sleep(0)
    await replicas.reconfigure({"router": {"latency_ms": 1}})
    await replicas.reconfigure({"router": {"latency_ms": 1}, "reward": {"latency_ms": 2}})
    await until(lambda: bool(taken))
    await until(lambda: not replicas._changes)
    assert taken == ["reward"]


async def test_slow_changes_of_a_stage_follow_each_other_and_nobody_waits_for_them(replicas: InlineReplicas) -> None:
    await replicas.reconfigure({})
    go, taken = asyncio.Event(), []

    async def slowly(knobs: FakeKnobs) -> None:
        await go.wait()
        taken.append(knobs.latency_ms)

    replicas.by_key["captioner"].stage.reconfigure = slowly
    for ms in (1, 2):
        await replicas.reconfigure({"captioner": {"latency_ms": ms}})
    assert taken == []
    go.set()
    await until(lambda: taken == [1, 2])


async def test_a_lost_stage_is_not_well_and_neither_is_the_ingress(replicas: InlineReplicas) -> None:
    await replicas.reconfigure({})
    await replicas.check_health()

    async def lost() -> None:
        raise StageUnavailable("the router hangs")

    replicas.by_key["router"].stage.check_health = lost
    with pytest.raises(StageUnavailable, match="the router hangs"):
        await replicas.check_health()
    assert replicas.health() == {"captioner": True, "router": False, "reward": True}
    metrics = Counts()
    router = InlineRouter(replicas.by_key["router"], metrics, RetryBudget(1))
    with pytest.raises(StageUnavailable, match="the router hangs"):
        await router.route(Item(title="Tea"), "", (), (), 1, call())
    assert metrics.outcomes == ["ROUTE STAGE_UNAVAILABLE"]


class Stub:
    """A replica of a stage."""

    def __init__(self, stage: Any) -> None:
        self.stage = self.serving = stage


def captioner(failure: BaseException | None, metrics: Counts) -> InlineCaptioner:
    stage = FakeCaptioner()
    if failure is not None:

        async def fails(*_: Any) -> None:
            raise failure

        stage.caption = fails  # type: ignore[method-assign,assignment]
    return InlineCaptioner(Stub(stage), metrics, RetryBudget(1))  # type: ignore[arg-type]


async def test_a_call_is_counted_with_its_outcome_and_a_bug_reaches_no_client() -> None:
    metrics = Counts()
    assert (await captioner(None, metrics).caption(Item(title="Tea"), call())).caption.text
    with pytest.raises(StageFailed, match="the captioner failed on this request"):
        await captioner(RuntimeError("/secret/path"), metrics).caption(Item(title="Tea"), call())
    with pytest.raises(DeadlineExceeded):
        await captioner(None, metrics).caption(Item(title="Tea"), call(-1))
    assert metrics.outcomes == ["CAPTION answered", "CAPTION STAGE_FAILED", "CAPTION TIME_BUDGET_SPENT"]


async def test_calls_that_share_a_failed_computation_have_errors_of_their_own() -> None:
    """The flow changes an error: it takes `retry_after_s` off where another try would write other copies."""
    shared = StageUnavailable("the captioner is lost")
    raised = []
    for _ in range(2):
        with pytest.raises(StageUnavailable) as caught:
            await captioner(shared, Counts()).caption(Item(title="Tea"), call())
        raised.append(caught.value)
    assert shared not in raised
    assert raised[0] is not raised[1]
    assert str(raised[0]) == str(shared)


class EndlessGenerator(FakeGenerator):
    closed = False

    async def generate(self, task: GenerationTask, call: Call) -> AsyncIterator[Draft]:  # type: ignore[override]
        try:
            async for draft in super().generate(task, call):
                yield draft
            await asyncio.Event().wait()
        finally:
            self.closed = True


@pytest.mark.parametrize("leaves", [True, False])
async def test_a_generation_ends_at_its_deadline_and_with_its_caller(leaves: bool) -> None:
    stage, metrics = EndlessGenerator(), Counts()
    drafts = InlineGenerator(Stub(stage), metrics, RetryBudget(1)).generate(task(), call(0.2))  # type: ignore[arg-type]
    assert (await anext(drafts)).title
    if leaves:
        await drafts.aclose()
    else:
        with pytest.raises(DeadlineExceeded):
            _ = [draft async for draft in drafts]
    assert stage.closed
    assert metrics.outcomes == ([] if leaves else ["GENERATE TIME_BUDGET_SPENT"])
