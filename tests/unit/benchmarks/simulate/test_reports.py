"""What the controller knows of the calls, against Serve's own arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.simulate.reports import Reporting, Reports
from benchmarks.simulate.stage import SimulatedStage, StageModel
from benchmarks.simulate.starts import Starts
from serve_app.autoscaling.policy import Traffic


def stage(calls: float = 0.0, running: int = 1) -> SimulatedStage:
    each = SimulatedStage(StageModel("Generator", 4, 0.5, 2.8), 1.0, running, Starts())
    each.queue = calls
    return each


def test_a_report_holds_until_the_next_one() -> None:
    reports, each, seen = Reports(Reporting(push_s=4.0, mean_s=10.0), dt=1.0), stage(), []
    for second in range(10):
        each.queue = float(second)
        reports.tick(float(second), [each], Traffic(float(second)))
        seen.append(reports.mean(float(second), "Generator"))
    # A sample each 2 s, a report each 4 s: of 0; then of 0, 2 and 4; then of 0, 2, 4, 6 and 8, each for as long as it
    # was the last one.
    assert seen[:4] == [0.0, 0.0, 0.0, 0.0]
    assert seen[4:8] == [pytest.approx(v) for v in (1.0, (2 * 2 + 4) / 5, (2 * 2 + 4 * 2) / 6, (2 * 2 + 4 * 3) / 7)]
    assert seen[8] == pytest.approx((2 * 2 + 4 * 2 + 6 * 2) / 8)


def test_the_mean_is_serves_own() -> None:
    from ray.serve._private.autoscaling_metrics_merge import merge_and_aggregate_arrays

    draw, reports, each = np.random.default_rng(0), Reports(Reporting(10.0, 30.0), dt=1.0), stage()
    times: list[float] = []
    values: list[float] = []
    for second in range(75):
        each.queue = float(draw.integers(0, 20))
        reports.tick(float(second), [each], Traffic(float(second)))
        if second % 6 == 0:
            times, values = [*times, float(second)], [*values, each.queue]
    reported = [(t, v) for t, v in zip(times, values, strict=True) if 66 - 30 <= t <= 70]
    at, calls = (np.array(column) for column in zip(*reported, strict=True))
    theirs = merge_and_aggregate_arrays(at, calls, np.array([0, len(at)]), 74.0)
    assert reports.mean(74.0, "Generator") == pytest.approx(theirs)


def test_the_mean_begins_with_the_first_sample_of_the_youngest_replica() -> None:
    reports, each = Reports(Reporting(1.0, 5.0), dt=1.0), stage(20.0)
    for second in range(4):
        reports.tick(float(second), [each], Traffic(float(second)))
    each.running, each.queue = 2, 4.0
    reports.tick(4.0, [each], Traffic(4.0))
    each.queue = 6.0
    reports.tick(5.0, [each], Traffic(5.0))
    assert reports.mean(6.0, "Generator") == 5.0, "4 for a second and 6 for a second, nothing of the 20 before"


def test_the_ingress_reports_what_it_counted_a_report_before() -> None:
    reports, each = Reports(Reporting(10.0, 30.0, traffic_s=2.0), dt=1.0), stage()
    seen = []
    for second in range(6):
        reports.tick(float(second), [each], Traffic(float(second)))
        seen.append(reports.traffic.at_s)
    assert seen == [0.0, 0.0, 0.0, 0.0, 2.0, 2.0]


def test_the_first_report_may_come_at_any_moment() -> None:
    reports, each = Reports(Reporting(4.0, 20.0), dt=1.0, phase_s=3.0), stage(5.0)
    seen = []
    for second in range(4):
        reports.tick(float(second), [each], Traffic(float(second)))
        seen.append(reports.mean(float(second), "Generator"))
    assert seen == [0.0, 0.0, 0.0, 5.0]
    assert Reporting(10.0, 30.0).period_s == 30.0
    assert Reporting(1.0, 5.0).period_s == 1.0
