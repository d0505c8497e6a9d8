"""How long requests take now, by kind: mean and mean deviation, as TCP estimates a round trip (RFC 6298). Pure."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

_MEAN_WEIGHT: Final = 1 / 8
_DEVIATION_WEIGHT: Final = 1 / 8
# RFC 6298 waits four deviations before it takes a packet for lost. A request that runs out of time is merely degraded,
# and one that is refused for fear of it has no answer at all.
_DEVIATIONS: Final = 2.0


class ServiceTime:
    """Times from admission to the answer, queues of the stages included."""

    def __init__(self) -> None:
        self._mean: dict[Hashable, float] = {}
        self._deviation: dict[Hashable, float] = {}
        self._work_s = 0.0
        self._work = 0.0

    def observe(self, kind: Hashable, work: float, seconds: float) -> None:
        """Learn from a finished request. There must be few kinds."""
        mean = self._mean.setdefault(kind, seconds)
        deviation = self._deviation.setdefault(kind, seconds / 4)
        self._deviation[kind] = deviation + _DEVIATION_WEIGHT * (abs(seconds - mean) - deviation)
        self._mean[kind] = mean + _MEAN_WEIGHT * (seconds - mean)
        self._work_s += _MEAN_WEIGHT * (work * seconds - self._work_s)
        self._work += _MEAN_WEIGHT * (work - self._work)

    def mean_s(self, kind: Hashable) -> float:
        """Mean of the kind; 0 before the first."""
        return self._mean.get(kind, 0.0)

    def expected_s(self, kind: Hashable) -> float:
        """Time that most requests of the kind keep within; 0 before the first: nothing is refused on a guess."""
        return self.mean_s(kind) + _DEVIATIONS * self._deviation.get(kind, 0.0)

    @property
    def unit_s(self) -> float:
        """Mean time that a unit of work is in flight. By Little's law, work in flight / this = work done a second."""
        return self._work_s / self._work if self._work else 0.0
