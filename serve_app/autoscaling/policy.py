"""How many replicas each stage needs. Pure: the standard library alone, no clock of its own.

    sizer = GraphSizer({"Generator": StageTargets(ongoing=48, levels={"engine_kv_cache_usage": 0.8})}, Forecast())
    sizes = sizer.sizes(now_s, Traffic(at_s, requests, units, done, busy_s), {"Generator": StageLoad(2, ongoing=61)})
    sizes["Generator"].replicas

Call it once a second or more often, with any clock: Serve's controller (`serve.py`) does, and a simulation may.

A stage is sized by the larger of two needs, in replicas:

- observed: what the stage holds now, over what a replica should hold (`StageTargets`). It is late: a queue must form
  first, and behind a slow stage the next one sees nothing. It must last for `up_s`, but not while the forecast grows
  the stage too: what has queued meanwhile is then to be done as well.
- forecast: the rate of work at the ingress x the seconds of service that a unit of work costs in the stage, which is
  the mean number of calls in service (Little's law), over what a replica should hold. It sizes all stages at once.
  The rate is the largest of three: the mean over minutes (the floor), what the last seconds are sure to show (the
  burst), and what the operator has planned. Work that the gate refused counts too, so shedding hides no demand.

A stage shrinks to the largest need of the last `down_s`, and only if that leaves a margin: noise flaps nothing. Where a
peak came back, the stage is held for the next one, up to four times `down_s`. The floor is a memory of its own and is
not held for so long again.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

# A stage grows when its need exceeds its replicas by this share, and shrinks where so much room is left.
_GROWS_ABOVE = 0.1
_ROOM_LEFT = 0.25
# A shorter history has no mean: the floor is reached slowly, and the burst shows the rate meanwhile.
_FLOOR_BURSTS = 10
# A stage is held this much longer than a peak took to come back, and at most so many times `down_s`.
_LATER = 1.25
_LONGEST_HOLD = 4
# Values of so long are kept as one.
_GRAIN_S = 1.0
_DAY_S = 86_400.0


@dataclass(frozen=True)
class StageTargets:
    """What one replica of a stage should hold, and how long a need must last.

    ongoing: calls in it or waiting for it. levels: of each signal that the stage reports, in the signal's unit. up_s:
    how long an observed need must last before the stage grows. down_s: how long all needs must be smaller before it
    shrinks; four times as long where peaks come back.
    """

    ongoing: float
    levels: Mapping[str, float] = field(default_factory=dict)
    up_s: float = 10.0
    down_s: float = 300.0


@dataclass(frozen=True)
class StageLoad:
    """What a stage holds now. replicas: asked for, started or not. levels: sums over its replicas, by signal."""

    replicas: int
    ongoing: float = 0.0
    levels: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Traffic:
    """Totals at the ingress since some start, counted at `at_s`.

    requests, units: those that asked for entry, refused ones too; a unit is a unit of work. done: units that were
    answered in full. busy_s: by stage, the seconds of service that those took, without waiting.
    """

    at_s: float
    requests: float = 0.0
    units: float = 0.0
    done: float = 0.0
    busy_s: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class PlannedRate:
    """Requests a second that the operator expects each day from `start_s` to `end_s`, in seconds after midnight UTC.

    With `end_s` before `start_s` it lasts beyond midnight. It needs Unix time as the clock.
    """

    start_s: float
    end_s: float
    rate: float

    def at(self, now_s: float, lead_s: float) -> float:
        """The rate that there should be replicas for, `lead_s` before the start too."""
        lasts_s = (self.end_s - self.start_s) % _DAY_S + lead_s
        return self.rate if (now_s - self.start_s + lead_s) % _DAY_S < lasts_s else 0.0


@dataclass(frozen=True)
class Forecast:
    """How the rate is read from the traffic.

    floor_s: of the mean rate. burst_s: of the rate that follows a burst. lead_s: how long before a planned rate the
    stages grow: the start of a replica.
    """

    floor_s: float = 300.0
    burst_s: float = 2.0
    lead_s: float = 180.0
    plan: Sequence[PlannedRate] = ()


@dataclass(frozen=True)
class Rate:
    """Units of work a second: the mean over minutes, what the last seconds are sure to show, and the planned one."""

    floor: float = 0.0
    burst: float = 0.0
    planned: float = 0.0


@dataclass(frozen=True)
class Size:
    """The decision for a stage, beside the two needs that it comes from, in replicas."""

    replicas: int
    forecast: float
    observed: float


class StageSizer:
    """Sizes one stage. Without a forecast it is the policy of a deployment alone."""

    def __init__(self, targets: StageTargets) -> None:
        self.targets = targets
        self._observed = _Window(targets.up_s, min)
        self._needed = _Window(_LONGEST_HOLD * targets.down_s, max)
        self._hold_s = targets.down_s

    def size(self, now_s: float, load: StageLoad, forecast: float = 0.0, floor: float = 0.0) -> Size:
        """Return the size. forecast: the need of the rate of this moment; floor: of the mean rate; in replicas."""
        observed = max(
            load.ongoing / self.targets.ongoing,
            *(load.levels.get(signal, 0.0) / target for signal, target in self.targets.levels.items()),
            0.0,
        )
        self._observed.add(now_s, observed)
        at_once = load.replicas == 0 or forecast > _more_than(load.replicas)
        need = max(forecast, floor, (observed if at_once else self._observed.over(self.targets.up_s)) or 0.0)
        if need > _more_than(load.replicas):
            self._hold_s = self._hold_for(now_s, load.replicas)
        self._needed.add(now_s, max(forecast, observed))  # a short peak makes no replica, and keeps what there is
        return Size(self._replicas(load.replicas, need, floor), max(forecast, floor), observed)

    def _replicas(self, now: int, need: float, floor: float) -> int:
        if need > _more_than(now):
            return math.ceil(need)
        most = self._needed.over(self._hold_s)
        if most is None:
            return now
        return min(now, math.ceil(max(most, floor) * (1 + _ROOM_LEFT)))

    def _hold_for(self, now_s: float, replicas: int) -> float:
        """How long to keep what a peak needs, which is more than these replicas: until the next one, if it comes back.

        As Shahrad et al. (2020), "Serverless in the Wild", keep a function warm by the times between its calls.
        """
        ended_s = self._needed.ended_s(now_s, _more_than(replicas), self.targets.up_s)
        if ended_s is None:
            return self.targets.down_s
        return min(max(_LATER * (now_s - ended_s), self.targets.down_s), _LONGEST_HOLD * self.targets.down_s)


def _more_than(replicas: int) -> float:
    return replicas * (1 + _GROWS_ABOVE)


class GraphSizer:
    """Sizes all stages together. stages: the targets by the stage's name, the ingress among them."""

    def __init__(self, stages: Mapping[str, StageTargets], forecast: Forecast) -> None:
        self.targets = stages
        self._sizers = {name: StageSizer(targets) for name, targets in stages.items()}
        self._history = _History(forecast)
        self._costs: dict[str, float] = {}

    @property
    def rate(self) -> Rate:
        """The last rate that was seen."""
        return self._history.rate

    @property
    def costs(self) -> Mapping[str, float]:
        """By stage, the seconds of service of a unit of work, as far as they are known."""
        return self._costs

    def sizes(self, now_s: float, traffic: Traffic, loads: Mapping[str, StageLoad]) -> dict[str, Size]:
        """Return the size of each stage in `loads`, which must have targets."""
        self._history.add(now_s, traffic)
        self._costs |= self._history.costs()
        momentary, floor = max(self.rate.burst, self.rate.planned), self.rate.floor
        return {
            name: self._sizers[name].size(now_s, load, self._need(name, momentary), self._need(name, floor))
            for name, load in loads.items()
        }

    def _need(self, stage: str, units_per_s: float) -> float:
        """The replicas that a rate needs: one at least while there is traffic, or soon will be."""
        ongoing = units_per_s * self._costs.get(stage, 0.0)
        return max(ongoing / self.targets[stage].ongoing, math.ulp(1.0) if units_per_s else 0.0)


class _History:
    """The traffic of the last `floor_s`."""

    def __init__(self, forecast: Forecast) -> None:
        self._forecast = forecast
        self._seen: deque[Traffic] = deque()
        self._units_per_request = 1.0
        self.rate = Rate()

    def add(self, now_s: float, traffic: Traffic) -> None:
        seen, forecast = self._seen, self._forecast
        if not seen or traffic.at_s > seen[-1].at_s:
            seen.append(traffic)
        while len(seen) > 1 and seen[1].at_s <= now_s - forecast.floor_s:
            seen.popleft()
        first, last = seen[0], seen[-1]
        requests, units = last.requests - first.requests, last.units - first.units
        if requests:
            self._units_per_request = units / requests
        # Silence of the ingress is no traffic: the mean falls with time and not with the next report.
        lasted_s = max(now_s, last.at_s) - first.at_s
        floor = units / max(lasted_s, min(_FLOOR_BURSTS * forecast.burst_s, forecast.floor_s))
        planned = sum(plan.at(now_s, forecast.lead_s) for plan in forecast.plan) * self._units_per_request
        self.rate = Rate(floor, self._burst(now_s, last), planned)

    def _burst(self, now_s: float, last: Traffic) -> float:
        """The rate of the last seconds, less the standard deviation of a Poisson count: noise is no burst."""
        burst_s = self._forecast.burst_s
        first = next((t for t in reversed(self._seen) if t.at_s <= last.at_s - burst_s), self._seen[0])
        silence_s = max(0.0, now_s - last.at_s - burst_s)
        requests, lasted_s = last.requests - first.requests, last.at_s - first.at_s + silence_s
        if requests <= 0 or lasted_s <= 0:
            return 0.0
        return (last.units - first.units) / lasted_s * (1 - 1 / math.sqrt(requests))

    def costs(self) -> dict[str, float]:
        """By stage, the seconds of service of a unit that was answered; none while none was."""
        first, last = self._seen[0], self._seen[-1]
        done = last.done - first.done
        if done <= 0:
            return {}
        return {stage: (busy_s - first.busy_s.get(stage, 0.0)) / done for stage, busy_s in last.busy_s.items()}


class _Window:
    """The values of the last `lasts_s`, of each second the least or the largest."""

    def __init__(self, lasts_s: float, choose: Callable[[Iterable[float]], float]) -> None:
        self._lasts_s = lasts_s
        self._choose = choose
        self._values: deque[tuple[float, float]] = deque()

    def add(self, now_s: float, value: float) -> None:
        """Keep one value from before the window: it held until the next one."""
        values = self._values
        if values and now_s - values[-1][0] < _GRAIN_S:
            begun_s, before = values.pop()
            values.append((begun_s, self._choose((before, value))))
        else:
            values.append((now_s, value))
        while len(values) > 1 and values[1][0] <= now_s - self._lasts_s:
            values.popleft()

    def over(self, lasts_s: float) -> float | None:
        """The least or largest value of the last `lasts_s`; None where they are not all known."""
        last_s = self._values[-1][0]
        if last_s - self._values[0][0] < lasts_s:
            return None
        chosen = []
        for at_s, value in reversed(self._values):
            chosen.append(value)
            if at_s <= last_s - lasts_s:
                break
        return self._choose(chosen)

    def ended_s(self, now_s: float, above: float, apart_s: float) -> float | None:
        """When the last peak above a value ended; one that lasts, or ended less than `apart_s` ago, is none yet."""
        for at_s, value in reversed(self._values):
            if value > above:
                if now_s - at_s > apart_s:
                    return at_s
                now_s = at_s
        return None
