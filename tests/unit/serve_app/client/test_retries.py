"""Retries of the client: where the service says so, where nothing was sent, and never many."""

from __future__ import annotations

import pytest

from deployments.errors import (
    DeadlineExceeded,
    InvalidInput,
    Overloaded,
    PushGenError,
    StageFailed,
    StageUnavailable,
)
from deployments.types import Item
from serve_app.client import calls
from serve_app.client.retries import Retries
from serve_app.client.unreachable import Unreachable
from serve_app.contract.verbs import ROUTE

GENERATE = calls.generate(Item(title="t"))
REPEATABLE = calls.unary(ROUTE, Item(title="t"))


def unavailable(retry_after_s: float | None = 2.0) -> StageUnavailable:
    error = StageUnavailable("lost")
    error.retry_after_s = retry_after_s
    return error


def not_sent() -> Unreachable:
    error = Unreachable("nothing listens there")
    error.sent = False
    return error


def test_an_answer_with_a_retry_time_is_tried_again_no_sooner_and_with_jitter() -> None:
    pauses = {Retries().pause_s(unavailable(2.0), GENERATE, 1, 60.0) for _ in range(50)}
    assert all(pause is not None and 2.0 <= pause <= 3.0 for pause in pauses)
    assert len(pauses) > 1


def test_an_answer_without_one_is_not_tried_again() -> None:
    assert Retries().pause_s(unavailable(None), REPEATABLE, 1, 60.0) is None


@pytest.mark.parametrize(
    "error", [Overloaded("x"), StageFailed("x"), DeadlineExceeded("x"), PushGenError("x"), InvalidInput([])]
)
def test_nothing_else_is_tried_again(error: PushGenError) -> None:
    assert Retries().pause_s(error, REPEATABLE, 1, 60.0) is None


def test_a_lost_connection_is_tried_again_unless_other_copies_may_be_written() -> None:
    first = Retries().pause_s(Unreachable("lost"), REPEATABLE, 1, 60.0)
    second = Retries().pause_s(Unreachable("lost"), REPEATABLE, 2, 60.0)
    assert first is not None
    assert second is not None
    assert 0.2 <= first <= 0.3
    assert 0.6 <= second <= 0.9
    assert Retries().pause_s(Unreachable("lost"), GENERATE, 1, 60.0) is None
    assert Retries().pause_s(not_sent(), GENERATE, 1, 60.0) is not None
    assert Retries().pause_s(not_sent(), calls.health(), 1, 60.0) is None, "a probe tells the present"


def test_tries_end_with_their_number_and_with_the_time() -> None:
    assert Retries().pause_s(unavailable(), GENERATE, calls.MAX_TRIES - 1, 60.0) is not None
    assert Retries().pause_s(unavailable(), GENERATE, calls.MAX_TRIES, 60.0) is None
    assert Retries().pause_s(unavailable(2.0), GENERATE, 1, 2.0) is None


def test_in_an_outage_a_tenth_of_the_calls_is_tried_again() -> None:
    retries, tried = Retries(), 0
    for _ in range(1000):
        retries.called()
        tried += retries.pause_s(unavailable(0.1), GENERATE, 1, 60.0) is not None
    assert 100 <= tried <= 112
