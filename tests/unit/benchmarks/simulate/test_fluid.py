"""The simulation as a whole: what is in time, what is refused, what flaps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmarks.simulate.fluid import Arrivals, Outcome, simulate
from benchmarks.simulate.policies import Delays, StockPolicy
from benchmarks.simulate.stage import StageModel

CAPTIONER = StageModel("Captioner", 2, 0.3, 1.4)
GENERATOR = StageModel("Generator", 2, 0.5, 1.4)


def arrivals(rate: float, seconds: int, cached: float = 0.0, dt: float = 0.05) -> Arrivals:
    ticks = round(seconds / dt)
    return Arrivals(dt, np.full(ticks, rate * dt), np.full(ticks, cached))


def run(each: Arrivals, slo_s: float, budget_s: float | None = None, most: int = 1) -> Outcome:
    models = [StageModel(m.name, m.places, m.service_s, m.target, 1, most) for m in (CAPTIONER, GENERATOR)]
    return simulate(models, each, StockPolicy(Delays(5, 20)), slo_s=slo_s, budget_s=budget_s)


def test_without_a_queue_a_request_takes_its_service() -> None:
    idle = arrivals(1.0, 30)
    assert run(idle, 0.9).attainment == pytest.approx(1)
    assert run(idle, 0.75).attainment == pytest.approx(0)


def test_a_cached_caption_costs_no_captioner() -> None:
    assert run(arrivals(1.0, 30, cached=1.0), 0.75).attainment == pytest.approx(1)
    assert run(arrivals(1.0, 30, cached=0.5), 0.75).attainment == pytest.approx(0.5, abs=0.01)


def test_a_queue_makes_late_and_the_gate_refuses_what_would_be() -> None:
    busy = arrivals(6.0, 60)  # the generator does 4 a second
    open_gate, gate = run(busy, 2.0), run(busy, 2.0, budget_s=1.9)
    assert open_gate.attainment < 0.2
    assert open_gate.shed.sum() == 0
    assert gate.attainment == pytest.approx(4 / 6, abs=0.07)
    assert gate.shed.sum() == pytest.approx(6 * 60 - 4 * 60, rel=0.15)


def test_a_queue_that_grows_is_late_when_it_is_by_hand() -> None:
    """Six a second come for 10 s, four are served: who comes after t seconds waits t / 2, and takes 0.8 more."""
    outcome = run(arrivals(6.0, 10), 3.3)
    assert outcome.latency_s[[0, 80, 160]] == pytest.approx([0.8, 2.8, 4.8], abs=0.15)
    assert outcome.attainment == pytest.approx(0.5, abs=0.04), "3.3 s is t = 5"
    cached = run(arrivals(6.0, 10, cached=1.0), 3.0)
    assert cached.attainment == pytest.approx(0.5, abs=0.04), "0.5 + t / 2 is 3 at t = 5"


def test_only_answered_requests_show_what_a_request_costs() -> None:
    """A backlog between the stages must not make the first one look dear: 0.3 and 0.5 s, whatever waits."""
    seen: list[dict[str, float]] = []

    class Watching(StockPolicy):
        def sizes(self, now_s: float, traffic: Any, ongoing: Any, stages: Any) -> Any:
            if traffic.done > 1:
                seen.append({name: busy_s / traffic.done for name, busy_s in traffic.busy_s.items()})
            return super().sizes(now_s, traffic, ongoing, stages)

    models = [StageModel(m.name, m.places, m.service_s, m.target, 1, 1) for m in (CAPTIONER, GENERATOR)]
    simulate(models, arrivals(6.0, 30, cached=0.5), Watching(Delays(5, 20)), slo_s=2.0)
    assert seen
    assert all(cost == pytest.approx({"Captioner": 0.15, "Generator": 0.5}) for cost in seen)


def test_replicas_are_added_and_counted_while_they_start_and_stop() -> None:
    grown = run(arrivals(8.0, 60), 2.0, most=4)
    assert grown.running[-1, 1] >= 3
    assert grown.replica_seconds()[1] == pytest.approx(grown.present[:, 1].sum() * 0.05)
    assert np.all(grown.present >= grown.running)


def test_a_flap_is_growth_soon_after_shrinking() -> None:
    steady = arrivals(1.0, 10, dt=1.0)
    targets = np.array([[3, 2, 2, 3, 3, 2, 2, 2, 2, 3]], np.float64).T
    outcome = Outcome(steady, targets, targets, targets, steady.requests, steady.requests, steady.requests)
    assert (outcome.flaps(3), outcome.flaps(5), outcome.flaps(1)) == (1, 2, 0)
