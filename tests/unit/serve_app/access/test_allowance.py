"""What is left to a tenant: its rate on average, its day, and the time to come back after."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.errors import Overloaded
from serve_app.access.allowance import DAY_S, Allowance, Rate


class Time:
    """Two clocks that a test moves."""

    def __init__(self) -> None:
        self.s = 0.0

    def monotonic(self) -> float:
        return self.s

    def wall(self) -> float:
        return 20_000 * DAY_S + 3600 + self.s


def allowance(time: Time, rate: Rate | None = None, daily_units: float | None = None) -> Allowance:
    return Allowance(rate, daily_units, clock=time.monotonic, now=time.wall)


def take(left: Allowance, units: float = 1.0) -> None:
    with left.charged(units):
        pass


def refusal(left: Allowance, units: float = 1.0) -> Overloaded:
    with pytest.raises(Overloaded) as caught:
        take(left, units)
    return caught.value


def test_without_limits_all_is_allowed() -> None:
    left = allowance(Time())
    for _ in range(1000):
        take(left, 1e6)


def test_after_a_burst_the_rate_holds() -> None:
    left = allowance(time := Time(), Rate(units_per_s=2, burst_units=10))
    for _ in range(5):
        take(left, 2)
    refused = refusal(left)
    assert (refused.shed, refused.retry_after_s) == ("tenant_rate", 0.5)
    assert "2 units/s" in refused.message
    time.s = refused.retry_after_s
    take(left)
    refusal(left)


def test_a_request_larger_than_the_burst_passes_and_is_paid_back() -> None:
    left = allowance(time := Time(), Rate(units_per_s=2, burst_units=10))
    take(left, 50)
    time.s = refusal(left).retry_after_s
    assert time.s == pytest.approx((50 - 10 + 1) / 2)
    take(left)


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0.1, 40)), min_size=1, max_size=80))
def test_what_is_let_in_never_exceeds_rate_burst_and_one_request(steps: list[tuple[float, float]]) -> None:
    left, done = allowance(time := Time(), Rate(units_per_s=3, burst_units=12)), 0.0
    for pause_s, units in steps:
        time.s += pause_s
        try:
            take(left, units)
        except Overloaded:
            continue
        done += units
        assert done <= 12 + 3 * time.s + units + 1e-6


def test_a_day_is_used_up_and_a_new_one_begins_at_midnight() -> None:
    left = allowance(time := Time(), daily_units=20)
    take(left, 15)
    take(left, 15)
    refused = refusal(left)
    assert (refused.shed, refused.retry_after_s) == ("tenant_quota", 23 * 3600)
    time.s = 23 * 3600.0
    take(left)


def test_what_the_gate_refused_is_given_back_and_what_a_stage_refused_is_not() -> None:
    left = allowance(Time(), Rate(units_per_s=1, burst_units=10), 10)
    for _ in range(3):
        with pytest.raises(Overloaded), left.charged(10):
            raise Overloaded("the queue is full", 1.0, "queue_full")
    with pytest.raises(Overloaded), left.charged(10):
        raise Overloaded("a stage is full")
    assert refusal(left).shed == "tenant_quota"


def test_new_limits_keep_what_was_used() -> None:
    left = allowance(Time(), daily_units=20)
    take(left, 25)
    left.set_limits(Rate(units_per_s=1, burst_units=2), 30)
    take(left, 2)
    assert refusal(left).shed == "tenant_rate"
    left.set_limits(None, 26)
    assert refusal(left).shed == "tenant_quota"
    left.set_limits(None, None)
    take(left, 1e9)
