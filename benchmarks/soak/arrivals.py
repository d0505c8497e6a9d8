"""Arrivals of a soak: a steady rate, and in every cycle a burst."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

CYCLE_S: Final = 60.0
BURST_FROM_S: Final = 40.0
BURST_S: Final = 5.0
# After a burst its backlog is worked off: what is due then is counted, and belongs to neither phase.
_AFTERMATH_S: Final = 5.0


class Phase(StrEnum):
    STEADY = "steady"
    BURST = "burst"
    AFTERMATH = "aftermath"


def phase_of(at_s: float) -> Phase:
    since_s = at_s % CYCLE_S - BURST_FROM_S
    if 0 <= since_s < BURST_S:
        return Phase.BURST
    return Phase.AFTERMATH if BURST_S <= since_s < BURST_S + _AFTERMATH_S else Phase.STEADY


@dataclass(frozen=True)
class Bursts:
    """Poisson arrivals whose rate is `burst` times as high for BURST_S of every CYCLE_S."""

    rate: float
    burst: float
    seed: int = 0

    def times(self) -> Iterator[float]:
        draw = random.Random(self.seed)  # noqa: S311 - load, not secrets
        at = 0.0
        while True:
            # Thinning (Lewis and Shedler, 1979): drawn at the highest rate, kept by the rate of the moment.
            at += draw.expovariate(self.rate * self.burst)
            if phase_of(at) is Phase.BURST or draw.random() < 1 / self.burst:
                yield at
