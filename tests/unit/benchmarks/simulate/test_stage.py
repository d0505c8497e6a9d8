"""A simulated stage: what it serves, and how its replicas come and go."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.simulate.stage import SimulatedStage, StageModel
from benchmarks.simulate.starts import Starts


def stage(
    running: int = 1, dt: float = 0.1, service_s: float = 0.5, starts: Starts | None = None, **others: float
) -> SimulatedStage:
    model = StageModel("Generator", 2, service_s, 1.4, **others)  # type: ignore[arg-type]
    return SimulatedStage(model, dt, running, starts or Starts())


def test_a_call_leaves_after_its_service_and_others_wait_for_a_place() -> None:
    each = stage()
    left = [each.tick(0.1 * n, 3.0 if n == 0 else 0.0) for n in range(12)]
    assert left == pytest.approx([0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0])
    assert each.ongoing == pytest.approx(0)


@pytest.mark.parametrize(("service_s", "dt"), [(0.5, 0.1), (1.28, 1.0), (0.02, 1.0)])
def test_the_mean_of_calls_in_service_is_rate_by_service(service_s: float, dt: float) -> None:
    each = stage(8, dt, service_s)
    for n in range(200):
        each.tick(n * dt, 4 * dt)
    assert each.ongoing == pytest.approx(4 * service_s, rel=0.01)
    assert each.queue == pytest.approx(0)


def test_a_replica_serves_once_it_has_started_and_one_that_stops_holds_its_place_for_a_while() -> None:
    starts = Starts()
    each = stage(starts=starts, start_s=3.0, stop_s=2.0)
    each.resize(0.0, 3)
    assert (each.running, each.present) == (1, 3)
    each.tick(2.9, 0, starts.tick(2.9).get("Generator", 0))
    assert (each.running, each.present) == (1, 3)
    each.tick(3.0, 0, starts.tick(0.1).get("Generator", 0))
    assert (each.running, each.present) == (3, 3)
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


def test_a_place_that_is_not_taken_at_once_costs_throughput() -> None:
    """Two places, a call of 0.5 s and 0.3 s until the next one: 2 / 0.8 calls a second, where 2 / 0.5 could be."""
    each = stage(refill_s=0.3)
    left = [each.tick(0.1 * n, 200.0 if n == 0 else 0.0) for n in range(401)]
    assert sum(left) / 40 == pytest.approx(2 / 0.8, rel=0.03)
    calm = stage(refill_s=0.3)
    done = [calm.tick(0.1 * n, 1.0 if n % 5 == 0 else 0.0) for n in range(401)]
    assert sum(done) == pytest.approx(80), "nobody waits: a free place is taken at once"


def test_the_wait_of_poisson_arrivals_at_one_server_is_that_of_the_formula() -> None:
    """M/D/1: calls that wait = load^2 / (2 (1 - load)), by Pollaczek and Khinchine. Load 0.8: 1.6."""
    each = SimulatedStage(StageModel("Generator", 1, 0.5, 0.7), 0.05, 1, Starts())
    arrived = np.random.default_rng(0).poisson(1.6 * 0.05, 200_000)
    waiting = 0.0
    for n, calls in enumerate(arrived.tolist()):
        each.tick(0.05 * n, float(calls))
        waiting += each.queue
    assert waiting / len(arrived) == pytest.approx(1.6, rel=0.1)
