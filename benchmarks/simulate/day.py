"""A synthetic day of traffic: a diurnal curve, campaigns, and items of skewed popularity, so that captions are cached.

None of it is measured. The shape is stated here, and every number of it can be argued with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.simulate.fluid import Array, Arrivals
from serve_app.autoscaling.policy import PlannedRate

DAY_S: Final = 86_400
# The night has so much of the evening's rate.
_NIGHT: Final = 0.25
_PEAK_H: Final = 20.0


@dataclass(frozen=True)
class Campaign:
    """Requests beside the daily curve, about few items: their captions are cached.

    times: of the daily peak. planned: the operator has written its rate into the policy's plan.
    """

    start_s: float
    lasts_s: float
    times: float
    planned: bool

    def at(self, seconds: Array) -> Array:
        """In daily peaks: it rises and falls within a minute."""
        rise, fall = (seconds - self.start_s) / 60, (self.start_s + self.lasts_s - seconds) / 60
        return np.asarray(self.times * np.clip(np.minimum(rise, fall), 0.0, 1.0))


CAMPAIGNS: Final = (
    Campaign(8 * 3600, 900, 0.6, planned=True),
    Campaign(12.5 * 3600, 600, 0.5, planned=False),
    Campaign(18 * 3600, 1200, 0.6, planned=True),
    Campaign(21 * 3600, 300, 0.5, planned=False),
)


@dataclass(frozen=True)
class Popularity:
    """Items of a day by Zipf's law, and a cache of captions by least recent use.

    `hit_share` is that of Che, Tung and Wang (2002), "Hierarchical Web Caching Systems: Modeling, Design and
    Experimental Results": an item is in the cache while it was asked for within its characteristic time.
    """

    items: int = 200_000
    exponent: float = 0.9
    cached: int = 40_000

    def hit_share(self) -> float:
        shares = np.arange(1, self.items + 1, dtype=np.float64) ** -self.exponent
        shares /= shares.sum()
        low, high = 0.0, 1e12
        for _ in range(100):
            time = (low + high) / 2
            if (1 - np.exp(-shares * time)).sum() < self.cached:
                low = time
            else:
                high = time
        return float((shares * (1 - np.exp(-shares * high))).sum())


def daily(seconds: Array) -> Array:
    """The curve of a day, 1 at its highest in the evening."""
    phase = 2 * np.pi * (seconds / 3600 - _PEAK_H) / 24
    return np.asarray(_NIGHT + (1 - _NIGHT) * (1 + np.cos(phase)) / 2)


def arrivals(
    peak_rps: float, dt: float, popularity: Popularity, campaigns: Sequence[Campaign] = CAMPAIGNS, seed: int = 0
) -> Arrivals:
    """A day with `peak_rps` at the daily peak, campaigns beside it; Poisson counts in each tick."""
    seconds = np.arange(round(DAY_S / dt), dtype=np.float64) * dt
    ordinary = peak_rps * daily(seconds)
    extra = peak_rps * np.sum([each.at(seconds) for each in campaigns], axis=0)
    counts = np.random.default_rng(seed).poisson((ordinary + extra) * dt).astype(np.float64)
    hits = popularity.hit_share()
    return Arrivals(dt, counts, (hits * ordinary + extra) / (ordinary + extra))


def highest(campaigns: Sequence[Campaign] = CAMPAIGNS) -> float:
    """The highest rate of the day, in daily peaks."""
    seconds = np.arange(0, DAY_S, 60.0, dtype=np.float64)
    return float((daily(seconds) + np.sum([each.at(seconds) for each in campaigns], axis=0)).max())


def plan(peak_rps: float, campaigns: Sequence[Campaign] = CAMPAIGNS) -> tuple[PlannedRate, ...]:
    """What the operator has planned: the campaign and the curve at its start."""
    return tuple(
        PlannedRate(
            each.start_s,
            each.start_s + each.lasts_s,
            peak_rps * float(each.times + daily(np.array([each.start_s, each.start_s + each.lasts_s])).max()),
        )
        for each in campaigns
        if each.planned
    )
