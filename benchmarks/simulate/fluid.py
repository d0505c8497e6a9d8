"""The simulation: arrivals through the stages, tick by tick, with a policy that sizes them once a second.

A fluid and no single requests: its cost does not depend on the rate. What it leaves out: service times are constant,
the replicas of a stage are equally full, a replica never fails.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulate.policies import Policy
from benchmarks.simulate.reports import Reports
from benchmarks.simulate.stage import SimulatedStage, StageModel
from benchmarks.simulate.starts import Starts
from serve_app.autoscaling.policy import Traffic

Array = NDArray[np.float64]
_TINY: Final = 1e-9


@dataclass(frozen=True)
class Arrivals:
    """Requests in each tick of `dt` seconds. cached: the share of them whose caption is in the cache, by tick."""

    dt: float
    requests: Array
    cached: Array


@dataclass(frozen=True)
class Outcome:
    """By tick. present, running, targets: [ticks, stages] replicas. good: requests answered in time. shed: refused.

    latency_s: of a request whose caption is not in the cache, infinite where it was not answered.
    """

    arrivals: Arrivals
    present: Array
    running: Array
    targets: Array
    good: Array
    shed: Array
    latency_s: Array

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
    starts_at_once: float = math.inf,
    phase_s: float = 0.0,
) -> Outcome:
    """Run the arrivals, then some seconds more. The first stage captions: cached requests pass it.

    overhead_s: of a request beside its service. budget_s: a request that cannot be done in so long is refused on
    arrival, as the gate does; None refuses none. running: replicas at the start, where they are not the least.
    starts_at_once: more replicas share the time of so many. phase_s: when the first report is.
    """
    dt, ticks = arrivals.dt, len(arrivals.requests)
    tail = round(drain_s / dt)
    starts = Starts(starts_at_once)
    stages = [SimulatedStage(model, dt, (running or {}).get(model.name, model.least), starts) for model in models]
    entered, left = np.zeros((ticks + tail, len(models))), np.zeros((ticks + tail, len(models)))
    sizes = np.zeros((3, ticks, len(models)))
    shed = np.zeros(ticks)
    reports = Reports(policy.reporting, dt, phase_s)
    answered = _Answered(models)
    requests = 0.0
    look = max(1, round(policy.look_s / dt))
    came = arrivals.requests.tolist()
    cached = arrivals.cached.tolist()
    for tick in range(ticks + tail):
        now_s = tick * dt
        count = came[tick] if tick < ticks else 0.0
        requests += count
        if budget_s is not None and count and _expected_s(stages) > budget_s:
            shed[tick], count = count, 0.0
        ready = starts.tick(dt)
        captioned = count * (1 - cached[min(tick, ticks - 1)])
        answered.admitted(count, captioned)
        flow = 0.0
        for at, stage in enumerate(stages):
            if at == 0:
                flow = captioned
            elif at == 1:
                flow += count - captioned
            entered[tick, at] = flow
            flow = left[tick, at] = stage.tick(now_s, flow, ready.get(stage.model.name, 0))
        answered.left(flow)
        reports.tick(now_s, stages, Traffic(now_s, requests, requests, answered.requests, answered.busy_s))
        if tick % look == 0:
            calls = {s.model.name: reports.mean(now_s, s.model.name) for s in stages}
            wanted = policy.sizes(now_s, reports.traffic, calls, stages)
            for stage in stages:
                stage.resize(now_s, wanted[stage.model.name])
        if tick < ticks:
            for kind, name in enumerate(("present", "running", "target")):
                sizes[kind, tick] = [getattr(stage, name) for stage in stages]
    latency_s, cached_s = _latency_s(models, arrivals, entered, left)
    within_s = slo_s - overhead_s + _TINY
    in_time = np.where(latency_s <= within_s, 1 - arrivals.cached, 0) + np.where(
        cached_s <= within_s, arrivals.cached, 0
    )
    return Outcome(arrivals, *sizes, (arrivals.requests - shed) * in_time, shed, latency_s + overhead_s)  # type: ignore[call-arg]


class _Answered:
    """Requests that were answered, and the seconds of service that they took: what is in the graph counts no share.

    Requests are answered in the order in which they came.
    """

    def __init__(self, models: Sequence[StageModel]) -> None:
        self._models = models
        self._within: deque[tuple[float, float]] = deque()
        self.requests = self._captioned = 0.0

    def admitted(self, requests: float, captioned: float) -> None:
        """Note requests of one tick, and how many of them are captioned."""
        if requests:
            self._within.append((requests, captioned))

    def left(self, requests: float) -> None:
        self.requests += requests
        while requests > _TINY and self._within:
            count, captioned = self._within.popleft()
            part = min(1.0, requests / count)
            self._captioned += part * captioned
            requests -= part * count
            if part < 1:
                self._within.appendleft((count * (1 - part), captioned * (1 - part)))

    @property
    def busy_s(self) -> dict[str, float]:
        first, *others = self._models
        calls = {first.name: self._captioned} | {model.name: self.requests for model in others}
        return {model.name: calls[model.name] * model.service_s for model in self._models}


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


def _latency_s(models: Sequence[StageModel], arrivals: Arrivals, entered: Array, left: Array) -> list[Array]:
    """[ticks] of a request through all stages, and of one that passes the first: each serves in order of arrival."""
    at_s = np.arange(len(arrivals.requests), dtype=np.float64) * arrivals.dt
    latencies = []
    for through in (_through(models, 0, entered, left, at_s, arrivals.dt), at_s):
        for stage in range(1, len(models)):
            through = _through(models, stage, entered, left, through, arrivals.dt)  # noqa: PLW2901
        latencies.append(through - at_s)
    return latencies


def _through(models: Sequence[StageModel], stage: int, entered: Array, left: Array, at_s: Array, dt: float) -> Array:
    """When what enters the stage at these moments has left it; infinite where it has not."""
    come, gone = np.cumsum(entered[:, stage]), np.cumsum(left[:, stage])
    place = np.interp(at_s / dt, np.arange(len(come)), come)
    # The tick in which so much has left, from its start; what is less than a millionth of a request is rounding.
    leaves = np.searchsorted(gone, place - 1e-6 * np.maximum(1.0, place))
    return np.where(leaves < len(gone), np.maximum((leaves - 1) * dt, at_s + models[stage].service_s), np.inf)
