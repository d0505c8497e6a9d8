"""Replicas that start: each for itself in a fleet, or on one machine whose cores they share."""

from __future__ import annotations

import math
from dataclasses import dataclass

_TINY = 1e-9


@dataclass
class _Start:
    stage: str
    left_s: float
    replicas: int


class Starts:
    """Those of all stages, in the order in which they were asked for.

    at_once: so many at a time as if each were alone; 1.5 are two at a time, each at three quarters of its pace. Ray
    starts no more processes at a time than a machine has cores; the others wait.
    """

    def __init__(self, at_once: float = math.inf) -> None:
        self._at_once = at_once
        self._starts: list[_Start] = []

    def of(self, stage: str) -> int:
        return sum(start.replicas for start in self._starts if start.stage == stage)

    def add(self, stage: str, replicas: int, start_s: float) -> None:
        if math.isinf(self._at_once):
            self._starts.append(_Start(stage, start_s, replicas))
        else:
            self._starts += [_Start(stage, start_s, 1) for _ in range(replicas)]

    def cancel(self, stage: str, replicas: int) -> int:
        """Stop up to so many of a stage that are starting, the youngest first. Returns how many there were."""
        left = replicas
        for start in reversed(self._starts):
            if start.stage == stage:
                stopped = min(left, start.replicas)
                start.replicas -= stopped
                left -= stopped
        self._starts = [start for start in self._starts if start.replicas]
        return replicas - left

    def tick(self, dt: float) -> dict[str, int]:
        """Return the replicas that are ready now, by stage."""
        if not self._starts:
            return {}
        begun = self._starts if math.isinf(self._at_once) else self._starts[: math.ceil(self._at_once)]
        pace = min(1.0, self._at_once / len(begun))
        ready: dict[str, int] = {}
        for start in begun:
            start.left_s -= pace * dt
            if start.left_s <= _TINY:
                ready[start.stage] = ready.get(start.stage, 0) + start.replicas
        self._starts = [start for start in self._starts if start.left_s > _TINY]
        return ready
