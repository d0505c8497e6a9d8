"""The load: a step from a rate to eight times it and back, then a train of spikes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

TIMES: Final = 8.0
STEP: Final = (5.0, 42.0)
CALM_UNTIL_S: Final = 67.0
_SPIKE_S: Final = 6.0
# Longer than the delays up and down together, or no flap could be seen.
_EVERY_S: Final = 26.0
_SPIKES: Final = 2
LASTS_S: Final = CALM_UNTIL_S + _SPIKES * _EVERY_S


def multiple(at_s: float) -> float:
    """The rate at this moment, in base rates. Every spike ends its interval."""
    if at_s < CALM_UNTIL_S:
        return TIMES if STEP[0] <= at_s < STEP[1] else 1.0
    since_s = (at_s - CALM_UNTIL_S) % _EVERY_S
    return TIMES if since_s >= _EVERY_S - _SPIKE_S else 1.0


@dataclass(frozen=True)
class StepAndSpikes:
    """Poisson arrivals at a rate that changes. base: requests a second at the lowest."""

    base: float
    seed: int = 0

    @property
    def rate(self) -> float:
        """The highest."""
        return TIMES * self.base

    def times(self) -> Iterator[float]:
        draw = random.Random(self.seed)  # noqa: S311 - load, not secrets
        at_s = 0.0
        while True:
            # Thinning (Lewis and Shedler, 1979): drawn at the highest rate, kept by the rate of the moment.
            at_s += draw.expovariate(self.rate)
            if draw.random() < multiple(at_s) / TIMES:
                yield at_s
