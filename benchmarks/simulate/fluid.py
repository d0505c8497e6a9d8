"""The simulation: arrivals through the stages, tick by tick, with a policy that sizes them once a second.

A fluid and no single requests: its cost does not depend on the rate. What it leaves out: service times are constant,
calls of a stage share one queue, a replica never fails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulate.policies import Policy, Reports
from benchmarks.simulate.stage import SimulatedStage, StageModel
from serve_app.autoscaling.policy import Traffic

Array = NDArray[np.float64]
_LOOK_S: Final = 1.0


@dataclass(frozen=True)
class Arrivals:
    """Requests in each tick of `dt` seconds. cached: the share of them whose caption is in the cache, by tick."""

    dt: float
    requests: Array
    cached: Array


@dataclass(frozen=True)
class Outcome:
    """By tick. present, running, targets: [ticks, stages] replicas. good: requests answered in time. shed: refused."""

    arrivals: Arrivals
    present: Array
    running: Array
    targets: Array
    good: Array
    shed: Array

    @property
    def attainment(self) -> float:
        """The share of all requests that were answered within the SLO; refused ones were not."""
        return float(self.good.sum() / max(1e-9, self.arrivals.requests.sum()))

    def flaps(self, within_s: float) -> int:
        """How often a stage grew again within so many seconds of shrinking."""
        flaps = 0
        for targets in self.targets.T:
            steps = np.diff(targets)
            at_s = np.flatnonzero(steps) * self.arrivals.dt
            grew = steps[steps != 0] > 0
            flaps += int(np.sum(~grew[:-1] & grew[1:] & (np.diff(at_s) < within_s)))
        return flaps

    def replica_seconds(self) -> Array:
        """Return them by stage."""
        return np.asarray(self.present.sum(0) * self.arrivals.dt)


def simulate(
    models: Sequence[StageModel],
    arrivals: Arrivals,
    policy: Policy,
    *,
    slo_s: float,
    overhead_s: float = 0.0,
    budget_s: float | None = None,
    drain_s: float = 60.0,
    running: Mapping[str, int] | None = None,
) -> Outcome:
    """Run the arrivals, then some seconds more. The first stage captions: cached requests pass it.

    overhead_s: of a request beside its service. budget_s: a request that cannot be done in so long is refused on
    arrival, as the gate does; None refuses none. running: replicas at the start, where they are not the least.
    """
    dt, ticks = arrivals.dt, len(arrivals.requests)
    tail = round(drain_s / dt)
    stages = [SimulatedStage(model, dt, (running or {}).get(model.name, model.least)) for model in models]
    entered, left = np.zeros((ticks + tail, len(models))), np.zeros((ticks + tail, len(models)))
    sizes = np.zeros((3, ticks, len(models)))
    shed = np.zeros(ticks)
    reports = Reports(policy.report_s, policy.mean_s, dt)
    traffic = Traffic(0.0)
    requests = done = 0.0
    look = max(1, round(_LOOK_S / dt))
    came = arrivals.requests.tolist()
    cached = arrivals.cached.tolist()
    for tick in range(ticks + tail):
        now_s = tick * dt
        count = came[tick] if tick < ticks else 0.0
        requests += count
        if budget_s is not None and count and _expected_s(stages) > budget_s:
            shed[tick], count = count, 0.0
        flow = 0.0
        for at, stage in enumerate(stages):
            if at == 0:
                flow = count * (1 - cached[min(tick, ticks - 1)])
            elif at == 1:
                flow += count - count * (1 - cached[min(tick, ticks - 1)])
            entered[tick, at] = flow
            flow = left[tick, at] = stage.tick(now_s, flow)
        done += flow
        if tick >= ticks:
            continue
        if reports.add({s.model.name: s.ongoing for s in stages}):
            traffic = Traffic(now_s, requests, requests, done, {s.model.name: s.busy_s for s in stages})
        if tick % look == 0:
            wanted = policy.sizes(now_s, traffic, reports.means, stages)
            for stage in stages:
                stage.resize(now_s, wanted[stage.model.name])
        for kind, name in enumerate(("present", "running", "target")):
            sizes[kind, tick] = [getattr(stage, name) for stage in stages]
    good = _good(models, arrivals, shed, entered, left, slo_s - overhead_s)
    return Outcome(arrivals, *sizes, good, shed)  # type: ignore[call-arg]


def _expected_s(stages: Sequence[SimulatedStage]) -> float:
    """The time that a request would take which arrives now, if no replica were added: service and the longest wait.

    What is in the graph before a stage is served there first; some of it while the request is on its way.
    """
    ahead = service_s = wait_s = 0.0
    for stage in stages:
        ahead += stage.ongoing
        service_s += stage.model.service_s
        wait_s = max(wait_s, ahead / max(1e-9, stage.running * stage.model.rate) - service_s)
    return service_s + wait_s


def _good(
    models: Sequence[StageModel], arrivals: Arrivals, shed: Array, entered: Array, left: Array, within_s: float
) -> Array:
    """[ticks] requests that were done in time: each stage serves in the order of arrival."""
    at_s = np.arange(len(shed), dtype=np.float64) * arrivals.dt
    in_time = []
    for through in (at_s, _through(models, 0, entered, left, at_s, arrivals.dt)):
        for stage in range(1, len(models)):
            through = _through(models, stage, entered, left, through, arrivals.dt)  # noqa: PLW2901
        in_time.append(through - at_s <= within_s + 1e-9)
    share = arrivals.cached * in_time[0] + (1 - arrivals.cached) * in_time[1]
    return np.asarray((arrivals.requests - shed) * share)


def _through(models: Sequence[StageModel], stage: int, entered: Array, left: Array, at_s: Array, dt: float) -> Array:
    """When what enters the stage at these moments has left it; infinite where it has not."""
    come, gone = np.cumsum(entered[:, stage]), np.cumsum(left[:, stage])
    place = np.interp(at_s / dt, np.arange(len(come)), come)
    # The tick in which so much has left, from its start; what is less than a millionth of a request is rounding.
    leaves = np.searchsorted(gone, place - 1e-6 * np.maximum(1.0, place))
    return np.where(leaves < len(gone), np.maximum((leaves - 1) * dt, at_s + models[stage].service_s), np.inf)
