"""What Serve's controller knows of a deployment's calls: samples that were taken now and then, as of the last report.

The rules are those of Ray Serve 2.60: a caller notes its calls every fifth of the time over which they are averaged,
at least as often as it reports. The mean counts from when every replica had its first sample, and the last sample until
now, however old it is.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from benchmarks.simulate.stage import SimulatedStage
from serve_app.autoscaling.policy import Traffic

_SAMPLES: Final = 5


@dataclass(frozen=True)
class Reporting:
    """push_s: between reports. mean_s: over which calls are averaged. traffic_s: between reports of the ingress."""

    push_s: float
    mean_s: float
    traffic_s: float = 1.0

    @property
    def sample_s(self) -> float:
        return min(self.push_s, self.mean_s / _SAMPLES)

    @property
    def period_s(self) -> float:
        """After which samples and reports come in the same order again."""
        return math.lcm(round(1000 * self.push_s), round(1000 * self.sample_s)) / 1000


@dataclass
class _Series:
    """Samples of one stage, (time, calls). begun_s: when the youngest replica had its first one."""

    samples: deque[tuple[float, float]] = field(default_factory=deque)
    replicas: int = 0
    begun_s: float = 0.0
    reported: tuple[tuple[float, float], ...] = ()
    counts_from_s: float = 0.0


class Reports:
    """phase_s: when the first report is, which nobody chooses: it depends on when the application was started."""

    def __init__(self, how: Reporting, dt: float, phase_s: float = 0.0) -> None:
        self._mean_s = how.mean_s
        self._sample_every = max(1, round(how.sample_s / dt))
        self._push_every = max(1, round(how.push_s / dt))
        self._traffic_every = max(1, round(how.traffic_s / dt))
        self._phase = round(phase_s / dt)
        self._tick = 0
        self._series: dict[str, _Series] = {}
        self._sampled = self.traffic = Traffic(0.0)
        """The ingress samples its totals as it reports, so that a report has those of the sample before."""

    def tick(self, now_s: float, stages: Sequence[SimulatedStage], traffic: Traffic) -> None:
        since, self._tick = self._tick - self._phase, self._tick + 1
        if since % self._traffic_every == 0:
            self.traffic, self._sampled = self._sampled, traffic
        if since % self._sample_every == 0:
            for stage in stages:
                self._sample(now_s, stage)
        if since % self._push_every == 0:
            for series in self._series.values():
                series.reported, series.counts_from_s = tuple(series.samples), series.begun_s

    def _sample(self, now_s: float, stage: SimulatedStage) -> None:
        series = self._series.setdefault(stage.model.name, _Series())
        if stage.running > series.replicas:
            series.begun_s = now_s
        series.replicas = stage.running
        series.samples.append((now_s, stage.ongoing))
        while series.samples[0][0] < now_s - self._mean_s:
            series.samples.popleft()

    def mean(self, now_s: float, stage: str) -> float:
        """Of the calls of a stage, as the controller computes it now; 0 before the first report."""
        series = self._series.get(stage)
        if series is None or not series.reported:
            return 0.0
        samples = series.reported
        begin_s = min(max(series.counts_from_s, samples[0][0]), samples[-1][0])
        if now_s <= begin_s:
            return samples[-1][1]
        ends = [*(at_s for at_s, _ in samples[1:]), now_s]
        total = sum(
            calls * max(0.0, end_s - max(at_s, begin_s)) for (at_s, calls), end_s in zip(samples, ends, strict=True)
        )
        return total / (now_s - begin_s)
