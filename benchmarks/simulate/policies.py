"""Who sizes the stages: the real policy of the graph, and the rule of Serve's stock policy."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from benchmarks.simulate.stage import SimulatedStage, StageModel
from serve_app.autoscaling.policy import Forecast, GraphSizer, StageLoad, StageSizer, StageTargets, Traffic

# Of both kinds in a real application: how often it reports, and over how long its calls are averaged.
OURS_S: Final = (1.0, 5.0)
STOCK_S: Final = (10.0, 30.0)
_EPS: Final = 1e-6


@dataclass(frozen=True)
class Delays:
    """Seconds that a need must last before a stage grows or shrinks."""

    up_s: float
    down_s: float


class Policy(Protocol):
    """report_s: how old a report may be. mean_s: the window over which calls are averaged."""

    report_s: float
    mean_s: float

    def sizes(self, now_s: float, traffic: Traffic, ongoing: Mapping[str, float], stages: Sequence[SimulatedStage]
              ) -> Mapping[str, int]: ...  # fmt: skip


def _targets(models: Sequence[StageModel], delays: Delays) -> dict[str, StageTargets]:
    return {m.name: StageTargets(m.target, {}, delays.up_s, delays.down_s) for m in models}


class GraphPolicy:
    """`serve_app.autoscaling.policy` as it is."""

    report_s, mean_s = OURS_S

    def __init__(self, models: Sequence[StageModel], delays: Delays, forecast: Forecast) -> None:
        self._sizer = GraphSizer(_targets(models, delays), forecast)

    def sizes(
        self, now_s: float, traffic: Traffic, ongoing: Mapping[str, float], stages: Sequence[SimulatedStage]
    ) -> Mapping[str, int]:
        loads = {s.model.name: StageLoad(s.target, ongoing[s.model.name]) for s in stages}
        return {name: size.replicas for name, size in self._sizer.sizes(now_s, traffic, loads).items()}


class StagesPolicy:
    """The same without the forecast: each stage by itself."""

    report_s, mean_s = OURS_S

    def __init__(self, models: Sequence[StageModel], delays: Delays) -> None:
        self._sizers = {name: StageSizer(targets) for name, targets in _targets(models, delays).items()}

    def sizes(
        self, now_s: float, traffic: Traffic, ongoing: Mapping[str, float], stages: Sequence[SimulatedStage]
    ) -> Mapping[str, int]:
        del traffic
        loads = {s.model.name: StageLoad(s.target, ongoing[s.model.name]) for s in stages}
        return {name: self._sizers[name].size(now_s, load).replicas for name, load in loads.items()}


@dataclass
class _Direction:
    """Whether a stage has lately wanted to grow (1) or to shrink (-1), and since when."""

    sign: int = 0
    since_s: float = 0.0


@dataclass
class StockPolicy:
    """`replica_queue_length_autoscaling_policy` of Ray Serve 2.60 with factors of 1, and its delays.

    It wants calls over target, rounded up, and acts once it has wanted to grow, or to shrink, for the whole delay.
    """

    delays: Delays
    report_s: float = STOCK_S[0]
    mean_s: float = STOCK_S[1]
    _wanted: dict[str, _Direction] = field(default_factory=dict)

    def sizes(
        self, now_s: float, traffic: Traffic, ongoing: Mapping[str, float], stages: Sequence[SimulatedStage]
    ) -> Mapping[str, int]:
        del traffic
        return {s.model.name: self.size(now_s, s.model, s.running, s.target, ongoing[s.model.name]) for s in stages}

    def size(self, now_s: float, model: StageModel, running: int, target: int, ongoing: float) -> int:
        if running == 0:
            return max(1, target) if ongoing > 0 else target
        desired = max(math.ceil(ongoing / model.target), model.least)
        desired = min(desired, model.most)
        wanted = self._wanted.setdefault(model.name, _Direction())
        sign = (desired > target) - (desired < target)
        if sign != wanted.sign:
            wanted.sign, wanted.since_s = sign, now_s
        delay_s = self.delays.up_s if sign > 0 else self.delays.down_s
        if not sign or now_s - wanted.since_s + _EPS < delay_s:
            return target
        wanted.sign = 0
        return desired if sign > 0 or target == 1 else max(1, desired)


class Reports:
    """What the controller knows of the calls: means over a window, as of the last report."""

    def __init__(self, report_s: float, mean_s: float, dt: float) -> None:
        self._every = max(1, round(report_s / dt))
        self._window: dict[str, deque[float]] = {}
        self._sums: dict[str, float] = {}
        self._length = max(1, round(mean_s / dt))
        self._ticks = 0
        self.means: dict[str, float] = {}

    def add(self, ongoing: Mapping[str, float]) -> bool:
        """Note a tick. True where it is one of a report."""
        for name, value in ongoing.items():
            window = self._window.setdefault(name, deque())
            window.append(value)
            self._sums[name] = self._sums.get(name, 0.0) + value
            if len(window) > self._length:
                self._sums[name] -= window.popleft()
        self._ticks += 1
        if self._ticks % self._every and self.means:
            return False
        self.means = {name: max(0.0, total / len(self._window[name])) for name, total in self._sums.items()}
        return True
