"""The comparison with a real run, on a run that was written down by hand."""

from __future__ import annotations

import pytest

from benchmarks.autoscale.arms import FAKES
from benchmarks.autoscale.load import LASTS_S, StepAndSpikes
from benchmarks.simulate import check
from tests.unit.benchmarks.simulate.rows import replicas, requests

WAITS_MS = sum(fake.wait_ms for fake in FAKES)


def test_a_calm_run_is_simulated_as_it_was() -> None:
    compared = check.compare([*requests("stock", 1.0, WAITS_MS + 40), *replicas("stock", {})], base_rps=0.1)
    arm = compared["arms"]["stock"]
    assert list(compared["arms"]) == ["stock"]
    calm = {"late": 0, "replica_seconds": len(FAKES) * LASTS_S, "time_to_scale_s": 0.0, "most_replicas": 2}
    assert arm["real"] == calm
    assert arm["simulated"] == pytest.approx(calm, rel=0.02)
    assert arm["machine"]["overhead_s"] == pytest.approx(0.04)
    assert compared["error"] < 0.02


def test_a_run_that_went_otherwise_is_an_error() -> None:
    late = [*requests("stock", 1.0, 25_000.0), *requests("stock", 1.0, 1000.0)]
    assert check.compare([*late, *replicas("stock", {})], base_rps=0.1)["error"] > 0.5


def test_a_policy_that_is_not_the_one_that_ran_is_an_error() -> None:
    """What the stock policy did, said to be the graph's: it scales at another time, so the error shows it."""
    arrivals = []
    for at_s in StepAndSpikes(1.0, 1).times():
        if at_s > LASTS_S:
            break
        arrivals.append({"arm": "graph", "at_s": at_s, "latency_ms": 9000.0, "outcome": "ok", "degraded": "False"})
    slow = {30.0: (4, 1, 4), 36.0: (4, 4, 4), 75.0: (1, 1, 1)}
    compared = check.compare([*arrivals, *replicas("graph", slow)], base_rps=1.0)
    assert compared["arms"]["graph"]["errors"]["time_to_scale_s"] > 0.5


def test_errors_are_shares_of_the_real_figures() -> None:
    real = {"late": 100, "replica_seconds": 500.0, "time_to_scale_s": 20.0, "most_replicas": 8}
    near = {"late": 110.0, "replica_seconds": 475.0, "time_to_scale_s": 25.0, "most_replicas": 6.0}
    assert check.errors(real, near, 400) == {
        "late": 0.1, "replica_seconds": 0.05, "time_to_scale_s": 0.25, "most_replicas": 0.25,
    }  # fmt: skip


def test_a_single_late_request_decides_nothing() -> None:
    real = {"late": 0, "time_to_scale_s": 2.0}
    assert check.errors(real, {"late": 1.0, "time_to_scale_s": 3.0}, 400) == {"late": 0.05, "time_to_scale_s": 0.1}


def test_a_run_that_never_scaled_is_no_run_that_did() -> None:
    assert check.errors({"time_to_scale_s": 9.0}, {"time_to_scale_s": None}, 400) == {"time_to_scale_s": 1.0}
    assert check.errors({"time_to_scale_s": None}, {"time_to_scale_s": None}, 400) == {"time_to_scale_s": 0.0}


def test_an_arm_without_requests_and_no_rows_at_all() -> None:
    assert check.compare([], base_rps=1.0) == {"error": None, "arms": {}}
    assert check.compare(replicas("graph", {}), base_rps=1.0) == {"error": None, "arms": {}}
