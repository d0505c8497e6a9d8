"""Percentiles, goodput, the knee and the search for it, on runs written down by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from benchmarks.lib.load_stats import Point, find_knee, knee, next_rate, ok_rps, percentile, point, raw_rows
from benchmarks.lib.open_loop import Outcome, Reply, Run, Sample, StageMs


def sample(n: int, at_s: float, ms: float, outcome: Outcome = Outcome.OK, lag_ms: float = 0.0, **more: Any) -> Sample:
    return Sample(n, at_s, at_s + lag_ms / 1000, at_s + ms / 1000, Reply(outcome, **more))


def points(**rates: bool) -> list[Point]:
    """`r10=True` is 10 requests/s, sustained."""
    return [Point(float(name[1:].replace("_", ".")), 1.0 if good else 0.2, "", {}) for name, good in rates.items()]


@pytest.mark.parametrize(
    ("values", "q", "expected"),
    [
        (range(1, 101), 0.5, 50), (range(1, 101), 0.9, 90), (range(1, 101), 0.99, 99), (range(1, 101), 1.0, 100),
        ([5.0], 0.99, 5.0), ([1, 2, 3], 0.5, 2), ([3, 1, 2], 0.34, 2), ([1, 2, 3, 4], 0.5, 2), ([1, 2], 0.0, 1),
    ],
)  # fmt: skip
def test_percentiles_are_values_that_occurred(values: list[float], q: float, expected: float) -> None:
    assert percentile(list(values), q) == expected


def test_there_is_no_percentile_of_nothing() -> None:
    assert math.isnan(percentile([], 0.5))
    assert point(Run((), 0.0, 1.0), 5.0, 100.0).row["p99_ms"] is None


def test_goodput_counts_whole_answers_within_the_slo_after_the_warm_up() -> None:
    run = Run(
        samples=(
            sample(0, 0.5, 900),  # warm-up
            sample(1, 1.0, 100),
            sample(2, 1.5, 500, lag_ms=30),  # exactly the SLO
            sample(3, 2.0, 501),  # late
            sample(4, 2.5, 100, degraded=True),
            sample(5, 3.0, 5, Outcome.SHED, code="RESOURCE_EXHAUSTED"),
            sample(6, 3.5, 5, Outcome.ERROR, code="INTERNAL"),
            sample(7, 4.0, 2000, Outcome.TIMEOUT, code="DEADLINE_EXCEEDED"),
            sample(8, 4.5, 2000, Outcome.UNSENT),
        ),
        warm_up_s=1.0,
        end_s=5.0,
    )
    measured = point(run, rate=2.0, slo_ms=500.0)
    assert measured.good_share == 2 / 8
    assert not measured.sustained
    row = measured.row
    assert (row["requests"], row["due_rps"], row["ok_rps"], row["goodput_rps"]) == (8, 2.0, 1.0, 0.5)
    assert {o: row[o] for o in Outcome} == {"ok": 4, "shed": 1, "timeout": 1, "error": 1, "unsent": 1}
    # What was refused or broke in 5 ms does not make the service look fast; what never came back makes it slow.
    assert (row["p50_ms"], row["p99_ms"]) == (500.0, 2000.0)
    assert (row["send_lag_p50_ms"], row["send_lag_p99_ms"]) == (0.0, 30.0)
    assert row["codes"] == {"RESOURCE_EXHAUSTED": 1, "INTERNAL": 1, "DEADLINE_EXCEEDED": 1}


def test_stages_come_from_the_answers_that_name_them() -> None:
    samples = tuple(
        sample(n, n / 10, 50, stages={"caption": StageMs(10.0 + n, 1.0, 4.0), "score": StageMs(8.0, n, 3.0)})
        for n in range(3)
    )
    run = Run((*samples, sample(3, 0.4, 9, Outcome.SHED)), 0.0, 0.5)
    assert point(run, 10.0, 100.0).row["stages"] == {
        "caption": {"wall_p50_ms": 11.0, "queue_ms": 1.0, "compute_ms": 4.0},
        "score": {"wall_p50_ms": 8.0, "queue_ms": 1.0, "compute_ms": 3.0},
    }
    assert [row.get("score_queue_ms") for row in raw_rows(run)] == [0, 1, 2, None]


def test_a_run_that_was_stopped_is_not_sustained_however_good_it_began() -> None:
    run = Run((sample(0, 0.0, 10),), 0.0, 1.0, stopped="over-saturation")
    assert point(run, 1.0, 100.0).good_share == 1.0
    assert not point(run, 1.0, 100.0).sustained


def test_throughput_of_a_closed_loop_counts_from_the_warm_up_to_the_last_answer() -> None:
    run = Run(tuple(sample(n, n * 0.5, 500) for n in range(8)), warm_up_s=1.0, end_s=4.0)
    assert ok_rps(run) == pytest.approx(7 / 3)


def test_the_knee_is_below_the_lowest_rate_that_fails() -> None:
    assert knee([]) is None
    assert knee(points(r10=False, r20=True)) is None
    highest = knee(points(r40=False, r20=True, r10=True, r80=True))
    assert highest is not None
    assert highest.rate == 20


@pytest.mark.parametrize(
    ("tried", "expected"),
    [
        ({}, 4.0),
        ({"r4": True}, 8.0),
        ({"r4": True, "r400": True}, 500.0),
        ({"r500": True}, None),
        ({"r4": False}, 2.0),
        ({"r4": False, "r2": False, "r1": False, "r0_5": False, "r0_25": False}, None),
        ({"r4": True, "r8": True, "r16": False}, math.sqrt(8 * 16)),
        ({"r4": False, "r2": True}, math.sqrt(8)),
        ({"r10": True, "r10_9": False}, None),
    ],
)
def test_the_search_encloses_the_knee_then_closes_in(tried: dict[str, bool], expected: float | None) -> None:
    assert next_rate(points(**tried), start=4.0, highest=500.0) == (
        expected if expected is None else pytest.approx(expected)
    )


async def test_the_search_finds_any_capacity_in_a_few_steps() -> None:
    for capacity in (0.5, 3.0, 37.0, 300.0):
        tried: list[float] = []

        async def offer(rate: float, capacity: float = capacity, tried: list[float] = tried) -> Point:
            tried.append(rate)
            return Point(rate, 1.0 if rate <= capacity else 0.5, "", {})

        highest = await find_knee(offer, 4.0, 500.0)
        assert highest is not None
        assert capacity / 1.1 <= highest <= capacity
        assert len(tried) <= 12


async def test_no_rate_is_the_knee_of_what_sustains_none() -> None:
    async def offer(rate: float) -> Point:
        return Point(rate, 0.5, "", {})

    assert await find_knee(offer, 4.0) is None
