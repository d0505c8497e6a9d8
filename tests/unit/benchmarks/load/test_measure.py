"""The arithmetic of a sweep, on numbers written down by hand."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.lib.load_stats import Point
from benchmarks.load import measure as load


def load_point(rate: float, good: float, **row: Any) -> Point:
    shown = {
        "offered_rps": rate, "due_rps": rate, "ok_rps": rate, "goodput_rps": rate * good, "requests": 50, "shed": 3,
        "p50_ms": 100.0, "p90_ms": 200.0, "p99_ms": 300.0 + rate,
        "stages": {"caption": {"wall_p50_ms": 9.0, "queue_ms": 1.0, "compute_ms": 5.0}},
    }  # fmt: skip
    return Point(rate, good, "", shown | row)


def test_a_load_result_has_the_knee_with_medians_of_its_repeats() -> None:
    plan = load.Plan("grpc", "poisson", False, (), 4.0, 500.0, None, 9.0, 3, 200.0, 0)
    points = [load_point(20, 0.3), load_point(10, 1.0)]
    at_knee = [load_point(10, good) for good in (0.9, 1.0, 0.99)]
    at_70pct = [load_point(7, 1.0, p99_ms=ms) for ms in (250.0, 150.0, 350.0)]
    result = load.result(plan, 400.0, {"p50_ms": 133.3}, points, at_knee, at_70pct)
    assert (result["knee_rps"], result["goodput_at_knee"], result["p99_ms_at_70pct"]) == (10, 9.9, 250.0)
    assert result["p99_ms_at_70pct_range"] == [150.0, 350.0]
    assert result["enclosed"]
    assert [row["offered_rps"] for row in result["curve"]] == [10, 20]


@pytest.mark.parametrize(("rate", "expected"), [(100.0, 9.0), (4.0, 10.0), (1.0, 40.0), (0.1, 72.0)])
def test_a_low_rate_is_offered_for_longer(rate: float, expected: float) -> None:
    assert load.step_length_s(rate, 9.0) == expected


def test_without_a_sustained_rate_there_is_no_knee_and_no_number_for_it() -> None:
    plan = load.Plan("grpc", "poisson", False, (), 4.0, 500.0, 10.0, 9.0, 3, 200.0, 0)
    result = load.result(plan, 10.0, {"p50_ms": 133.3}, [load_point(4, 0.0)], [], [])
    assert (result["knee_rps"], result["goodput_at_knee"], result["p99_ms_at_70pct"]) == (None, None, None)
