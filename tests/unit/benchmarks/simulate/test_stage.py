"""A simulated stage: what it serves, and how its replicas come and go."""

from __future__ import annotations

import pytest

from benchmarks.simulate.stage import SimulatedStage, StageModel


def stage(running: int = 1, dt: float = 0.1, service_s: float = 0.5, **others: float) -> SimulatedStage:
    return SimulatedStage(StageModel("Generator", 2, service_s, 1.4, **others), dt, running)  # type: ignore[arg-type]


def test_a_call_leaves_after_its_service_and_others_wait_for_a_place() -> None:
    each = stage()
    left = [each.tick(0.1 * n, 3.0 if n == 0 else 0.0) for n in range(12)]
    assert left == pytest.approx([0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0])
    assert each.busy_s == pytest.approx(3 * 0.5)
    assert each.ongoing == pytest.approx(0)


@pytest.mark.parametrize(("service_s", "dt"), [(0.5, 0.1), (1.28, 1.0), (0.02, 1.0)])
def test_the_mean_of_calls_in_service_is_rate_by_service(service_s: float, dt: float) -> None:
    each = stage(8, dt, service_s)
    for n in range(200):
        each.tick(n * dt, 4 * dt)
    assert each.ongoing == pytest.approx(4 * service_s, rel=0.01)
    assert each.queue == pytest.approx(0)


def test_a_replica_serves_once_it_has_started_and_one_that_stops_holds_its_place_for_a_while() -> None:
    each = stage(start_s=3.0, stop_s=2.0)
    each.resize(0.0, 3)
    assert (each.running, each.present) == (1, 3)
    each.tick(3.0, 0)
    assert each.running == 3
    each.resize(3.0, 1)
    assert (each.running, each.present) == (1, 3)
    each.tick(5.0, 0)
    assert each.present == 1


def test_replicas_that_start_are_stopped_before_those_that_run() -> None:
    each = stage(2, start_s=3.0)
    each.resize(0.0, 4)
    each.resize(0.5, 5)
    each.resize(1.0, 3)
    assert (each.running, each.present, each.target) == (2, 3, 3)


def test_the_bounds_hold() -> None:
    each = stage(5, least=1, most=4)
    assert each.running == 4
    each.resize(0.0, 0)
    assert each.target == 1
