"""Retries stay a share of the calls, whatever fails."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deployments.retry_budget import SHARE, RetryBudget


def test_a_burst_is_allowed_and_then_a_tenth() -> None:
    budget = RetryBudget(5)
    assert [budget.take() for _ in range(6)] == [True] * 5 + [False]
    taken = 0
    for _ in range(1000):
        budget.called()
        taken += budget.take()
    assert 99 <= taken <= 101


def test_unused_tokens_do_not_add_up_beyond_the_burst() -> None:
    budget = RetryBudget(3)
    for _ in range(1000):
        budget.called()
    assert sum(budget.take() for _ in range(10)) == 3
    assert not budget.left


@given(st.lists(st.booleans(), max_size=500), st.floats(0, 20))
def test_retries_never_exceed_the_burst_and_a_share_of_the_calls(steps: list[bool], burst: float) -> None:
    budget, taken = RetryBudget(burst), 0
    for is_call in steps:
        if is_call:
            budget.called()
        else:
            taken += budget.take()
    assert taken <= burst + SHARE * sum(steps) + 1e-6
