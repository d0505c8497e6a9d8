"""Who sizes the stages: the real policy of the graph, and the rule of Serve's stock policy."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from benchmarks.simulate.reports import Reporting
from benchmarks.simulate.stage import SimulatedStage, StageModel
from serve_app.autoscaling.policy import Forecast, GraphSizer, StageLoad, StageSizer, StageTargets, Traffic

# Of both kinds in a real application (`serve_app/autoscaling/config.py`, and Serve's own).
STAGES: Final = Reporting(1.0, 5.0)
GRAPH: Final = Reporting(1.0, 5.0, traffic_s=0.5)
STOCK: Final = Reporting(10.0, 30.0)
_EPS: Final = 1e-6


@dataclass(frozen=True)
class Delays:
    """Seconds that a need must last before a stage grows or shrinks."""

    up_s: float
    down_s: float


class Policy(Protocol):
    """reporting: what it knows of the calls. look_s: how often it is asked."""

    reporting: Reporting
    look_s: float

    def sizes(self, now_s: float, traffic: Traffic, ongoing: Mapping[str, float], stages: Sequence[SimulatedStage]
              ) -> Mapping[str, int]: ...  # fmt: skip


def _targets(models: Sequence[StageModel], delays: Delays) -> dict[str, StageTargets]:
    return {m.name: StageTargets(m.target, {}, delays.up_s, delays.down_s) for m in models}


class GraphPolicy:
    """`serve_app.autoscaling.policy` as it is."""

    reporting, look_s = GRAPH, 0.25

    def __init__(self, models: Sequence[StageModel], delays: Delays, forecast: Forecast) -> None:
        self._sizer = GraphSizer(_targets(models, delays), forecast)

    def sizes(
        self, now_s: float, traffic: Traffic, ongoing: Mapping[str, float], stages: Sequence[SimulatedStage]
    ) -> Mapping[str, int]:
        loads = {s.model.name: StageLoad(s.target, ongoing[s.model.name]) for s in stages}
        return {name: size.replicas for name, size in self._sizer.sizes(now_s, traffic, loads).items()}


class StagesPolicy:
    """The same without the forecast: each stage by itself."""

    reporting, look_s = STAGES, 1.0

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
    reporting: Reporting = STOCK
    look_s: float = 0.1
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
