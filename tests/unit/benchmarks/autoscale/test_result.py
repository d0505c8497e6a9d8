from __future__ import annotations

import pytest

from benchmarks.autoscale.arms import FAKES
from benchmarks.autoscale.load import LASTS_S
from benchmarks.autoscale.result import result
from tests.unit.benchmarks.autoscale.rows import replicas, requests


def test_late_is_whatever_was_not_answered_in_time() -> None:
    ours = [
        *requests("graph", 900.0, 2900.0, 3100.0),
        *requests("graph", 5.0, outcome="shed"),
        *requests("graph", 31_000.0, outcome="timeout", at_s=90.0),
    ]
    rows = [*ours, *requests("stock", *[4000.0] * 9, 100.0), *replicas("graph", (0, 1)), *replicas("stock", (0, 2))]
    found = result(rows, base_rps=2.0, seed=1)
    assert (found["slo_attainment"], found["stock_slo_attainment"]) == (0.4, 0.1)
    assert found["late_ratio_to_stock"] == pytest.approx(3 / 9, abs=0.001)
    assert found["lost"] == 1, "refused is no answer lost"
    assert found["arms"]["graph"]["late_by_phase"] == {"step": 2, "spikes": 1}
    assert found["replica_seconds_ratio"] == 0.5
    assert found["arms"]["graph"]["replica_seconds"] == LASTS_S * len(FAKES)
    assert found["time_to_scale_s"] is None, "it never had the replicas"


def test_a_degraded_answer_is_not_the_work_that_was_asked_for() -> None:
    cheap = [{**row, "degraded": degraded} for row in requests("graph", 5.0) for degraded in (True, "True")]
    assert result([*cheap, *requests("graph", 5.0)], base_rps=2.0, seed=1)["arms"]["graph"]["late"] == 2


def test_what_nobody_looked_at_is_said() -> None:
    seen = [row for row in replicas("graph", (0, 1)) if not 20 < row["at_s"] < 32]
    assert result([*requests("graph", 1.0), *seen], base_rps=2.0, seed=1)["arms"]["graph"]["longest_gap_s"] == 12


def test_the_time_to_scale_ends_with_the_last_stage() -> None:
    found = result([*requests("graph", 1.0), *replicas("graph", (0, 1), (17, 4))], base_rps=2.0, seed=1)
    assert found["time_to_scale_s"] == 12
    assert found["late_ratio_to_stock"] is None, "nothing is said of an arm that was not measured"
    assert set(found["arms"]) == {"graph"}


@pytest.mark.parametrize(
    ("changes", "flaps"),
    [
        ([(0, 1), (20, 4), (60, 2), (80, 4)], 0),
        ([(0, 1), (20, 4), (60, 2), (70, 4)], 1),
        ([(0, 1), (20, 4), (30, 8), (60, 4), (70, 2)], 0),
    ],
)
def test_a_stage_flaps_when_it_grows_again_soon_after_it_shrank(changes: list[tuple[float, int]], flaps: int) -> None:
    found = result([*requests("graph", 1.0), *replicas("graph", *changes)], base_rps=2.0, seed=1)
    assert found["flaps"] == flaps * len(FAKES)
