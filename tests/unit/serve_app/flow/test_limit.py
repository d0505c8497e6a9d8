"""The concurrency limit by itself; with a queue before it and a graph behind it: test_overload.py."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.flow.limit import ConcurrencyLimit

UNIT = 8.0


def feed(
    limit: ConcurrencyLimit, latency_s: float, *, windows: int, now_s: float = 0.0, load: float = math.inf
) -> float:
    """So many windows of requests at the limit that take this long. Returns the time after them."""
    for _ in range(windows * 8):
        now_s += max(0.02, latency_s / 6)
        limit.observe("a", UNIT, latency_s, limit.value, now_s)
    return now_s


def known(latency_s: float = 0.1, initial: float = 64.0) -> ConcurrencyLimit:
    """A limit that knows the unloaded latency."""
    limit = ConcurrencyLimit(initial)
    for _ in range(60):
        limit.observe("a", UNIT, latency_s, UNIT, 0.0)
    return limit


def test_it_grows_while_latency_stays_and_faster_the_longer() -> None:
    limit = known()
    grown = []
    now_s = 0.0
    for _ in range(5):
        before = limit.value
        now_s = feed(limit, 0.11, windows=1, now_s=now_s)
        grown.append(limit.value - before)
    assert grown == sorted(grown)
    assert grown[0] > 0


def test_it_shrinks_when_latency_grows_and_by_a_tenth_at_most_in_a_window() -> None:
    limit = known(initial=400.0)
    values = [limit.value]
    for n in range(400):
        limit.observe("a", UNIT, 0.15 if limit.value < 100 else 5.0, limit.value, 0.02 * n)
        values.append(limit.value)
    assert all(after >= 0.9 * before - 1e-9 for before, after in itertools.pairwise(values))
    assert 80 < limit.value < 120


def test_a_little_more_latency_is_no_congestion() -> None:
    limit = known()
    feed(limit, 0.169, windows=3)
    assert limit.value > 64


def test_it_does_not_speed_up_while_there_is_some_queue() -> None:
    limit = known()
    now_s, steps = 0.0, []
    for _ in range(12):
        before = limit.value
        now_s = feed(limit, 0.14, windows=1, now_s=now_s)
        steps.append(limit.value - before)
    assert max(steps) < 3.0


def test_requests_that_run_out_of_time_shrink_it_whatever_the_latency() -> None:
    limit = known()
    for n in range(80):
        limit.observe("a", UNIT, 0.12, limit.value, 0.02 * n, missed=n % 4 == 0)
    assert limit.value < 64


def test_requests_with_less_time_than_any_takes_do_not_shrink_it() -> None:
    limit = known()
    for n in range(80):
        limit.observe("a", UNIT, 0.05, limit.value, 0.02 * n, missed=True)
    assert limit.value == 64


def test_where_nothing_is_ever_in_time_it_shrinks_until_something_is() -> None:
    limit = ConcurrencyLimit(400.0)
    for n in range(2000):
        limit.observe("a", UNIT, 1.0, limit.value, 0.1 * n, missed=True)
    assert limit.value < 8


def test_it_does_not_grow_while_nobody_waits() -> None:
    limit = known()
    for n in range(200):
        limit.observe("a", UNIT, 0.1, limit.value, 0.02 * n, limited=False)
    assert limit.value == 64


def test_a_change_of_the_mix_is_no_congestion() -> None:
    limit = known(0.1)
    for _ in range(60):
        limit.observe("large", 64.0, 0.8, 64.0, 0.0)
    before = limit.value
    now_s = 0.0
    for _ in range(20):
        now_s += 0.05
        limit.observe("large", 64.0, 0.8, limit.value + 64, now_s)
    assert limit.value > before


def test_in_a_lasting_overload_it_looks_for_the_unloaded_latency_again() -> None:
    limit = known()
    now_s = feed(limit, 0.12, windows=60)
    while not limit.probing:
        now_s = feed(limit, 0.12, windows=1, now_s=now_s)
    assert now_s < 30
    assert limit.ceiling(now_s) == limit.value / 2
    for _ in range(4):
        limit.observe("a", UNIT, 0.12, limit.value / 2, now_s)
    assert limit.ceiling(now_s) == limit.value


def test_a_probe_ends_without_any_answer() -> None:
    limit = known()
    now_s = 0.0
    while not limit.probing:
        now_s = feed(limit, 0.12, windows=1, now_s=now_s)
    assert limit.ceiling(now_s + 1.0) == limit.value


@given(
    initial=st.floats(1, 1000),
    samples=st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.floats(1, 64),
            st.floats(0, 100),
            st.floats(0, 10_000),
            st.floats(0, 5),
            st.booleans(),
        ),
        max_size=300,
    ),
)
def test_whatever_it_sees_it_stays_at_one_or_more_and_finite(
    initial: float, samples: list[tuple[str, float, float, float, float, bool]]
) -> None:
    limit = ConcurrencyLimit(initial)
    now_s = 0.0
    for kind, work, seconds, in_flight, pause_s, missed in samples:
        now_s += pause_s
        limit.observe(kind, work, seconds, in_flight, now_s, missed=missed)
        assert 1.0 <= limit.value < math.inf
        assert limit.value / 2 <= limit.ceiling(now_s) <= limit.value


@pytest.mark.parametrize("latency_s", [0.0, 1e-12, 1e9])
def test_odd_latencies_do_no_harm(latency_s: float) -> None:
    limit = known(latency_s)
    feed(limit, latency_s, windows=5)
    assert math.isfinite(limit.value)
