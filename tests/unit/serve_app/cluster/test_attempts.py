"""The tries of a call: how many, when they end, and what each outcome means for the calls after it."""

from __future__ import annotations

import asyncio

import pytest

from deployments.deadline import Deadline
from deployments.errors import DeadlineExceeded, InvalidInput, Overloaded, PushGenError, StageFailed, StageUnavailable
from deployments.retry_budget import RetryBudget
from deployments.types import Stage
from serve_app.cluster.attempts import Attempts
from serve_app.flow.metrics import NoMetrics


class Outcomes(NoMetrics):
    def __init__(self) -> None:
        self.seen: list[str] = []

    def stage_answered(self, stage: Stage) -> None:
        self.seen.append("OK")

    def stage_failed(self, stage: Stage, error: PushGenError) -> None:
        self.seen.append(error.reason)

    def retried(self, stage: Stage) -> None:
        self.seen.append("retried")


def attempts(outcomes: Outcomes, burst: float = 10) -> Attempts:
    return Attempts(Stage.ROUTE, "router", outcomes, RetryBudget(burst))


async def give_up(made: Attempts, error: PushGenError, seconds: float = 30, *, repeatable: bool = True) -> PushGenError:
    """Fail every try of a call. Return what its caller gets."""
    try:
        with made.call() as tries:
            while True:
                await tries.failed(error, Deadline.after(seconds), repeatable=repeatable)
    except PushGenError as raised:
        return raised


async def test_a_call_is_tried_three_times_and_counted_once() -> None:
    outcomes = Outcomes()
    error = await give_up(attempts(outcomes), StageUnavailable("lost"))
    assert outcomes.seen == ["retried", "retried", "STAGE_UNAVAILABLE"]
    assert isinstance(error, StageUnavailable)
    assert error.retry_after_s == 2.0, "the budget has room for one try of the client"


@pytest.mark.parametrize(
    ("burst", "seconds", "repeatable", "hint"),
    [(0, 30, True, None), (10, 0.01, True, 2.0), (10, 30, False, None), (2, 30, True, None)],
    ids=["no budget", "no time", "has begun", "budget spent"],
)
async def test_what_ends_the_tries_and_whether_the_client_may_go_on(
    burst: float, seconds: float, repeatable: bool, hint: float | None
) -> None:
    outcomes = Outcomes()
    error = await give_up(attempts(outcomes, burst), StageUnavailable("lost"), seconds, repeatable=repeatable)
    assert outcomes.seen.count("retried") == (2 if burst == 2 else 0)
    assert isinstance(error, StageUnavailable)
    assert error.retry_after_s == hint


@pytest.mark.parametrize("error", [StageFailed("x"), InvalidInput([]), Overloaded("x"), DeadlineExceeded("x")])
async def test_other_errors_are_raised_at_once_and_stop_no_calls(error: PushGenError) -> None:
    outcomes = Outcomes()
    made = attempts(outcomes)
    for _ in range(12):
        assert await give_up(made, error) is error
    assert outcomes.seen == [error.reason] * 12


async def test_a_stage_that_is_lost_again_and_again_is_not_tried() -> None:
    outcomes = Outcomes()
    made = attempts(outcomes)
    for _ in range(5):
        await give_up(made, StageUnavailable("lost"), seconds=0.01)
    refused = await give_up(made, StageUnavailable("never raised"))
    assert (refused.message, getattr(refused, "retry_after_s", 0)) == ("the router is away", None)


async def test_a_caller_who_leaves_counts_for_nothing() -> None:
    outcomes = Outcomes()
    with pytest.raises(asyncio.CancelledError), attempts(outcomes).call():
        raise asyncio.CancelledError
    assert outcomes.seen == []


async def test_a_call_of_a_stage_without_replicas_fails_at_once_and_the_client_is_not_told_to_repeat_it() -> None:
    outcomes, gone = Outcomes(), True
    made = Attempts(Stage.CAPTION, "captioner", outcomes, RetryBudget(10), lambda: gone)
    for _ in range(10):
        with pytest.raises(StageUnavailable, match="the captioner is away") as caught, made.call():
            pytest.fail("the stage was called")
    assert caught.value.retry_after_s is None
    assert outcomes.seen == ["STAGE_UNAVAILABLE"] * 10
    gone = False
    with made.call():
        pass
    assert outcomes.seen[-1] == "OK", "its breaker has not opened meanwhile"
