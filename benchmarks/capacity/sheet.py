"""The arithmetic of the capacity sheet: from a volume and rates to replicas and cost. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from deployments.errors import Misconfigured

_DAY_S: Final = 86_400
_DAY_H: Final = 24
_UNITS: Final = {
    "ingress": "requests",
    "captioner": "items not in the cache",
    "router": "items",
    "generator": "candidates",
    "reward": "copies",
}
STAGES: Final = tuple(_UNITS)


@dataclass(frozen=True)
class Volume:
    """The demand on the graph. Each notification is one request; a caption that is in the cache costs nothing.

    `utilisation`: the share of a replica's rate to plan with, since a queue's delay grows without bound near 1. Raises
    Misconfigured for an impossible number.
    """

    notifications_per_day: float
    peak_factor: float = 3.0
    cache_hit: float = 0.9
    categories: int = 4
    candidates: int = 2
    incumbents: int = 0
    utilisation: float = 0.7

    def __post_init__(self) -> None:
        for option, possible, bounds in (
            ("notifications-per-day", 0 < self.notifications_per_day < math.inf, "above 0"),
            ("peak-factor", 1 <= self.peak_factor < math.inf, "at least 1: the peak is not below the mean"),
            ("cache-hit", 0 <= self.cache_hit <= 1, "from 0 to 1"),
            ("utilisation", 0 < self.utilisation <= 1, "above 0 and at most 1"),
        ):
            if not possible:
                raise Misconfigured(f"--{option} must be {bounds}")

    @property
    def mean_rps(self) -> float:
        return self.notifications_per_day / _DAY_S

    @property
    def peak_rps(self) -> float:
        return self.mean_rps * self.peak_factor

    def work(self, stage: str) -> float:
        """Pieces of work of the stage for one notification."""
        written = self.categories * self.candidates
        return {
            "ingress": 1.0,
            "captioner": 1.0 - self.cache_hit,
            "router": 1.0,
            "generator": float(written),
            "reward": float(written + self.incumbents),
        }[stage]


@dataclass(frozen=True)
class Replica:
    """Resources of one replica."""

    cpus: float
    gpus: float


@dataclass(frozen=True)
class Rate:
    """Pieces of work a second on one replica, and who says so. `replica`: None where that is not known."""

    per_s: float
    origin: str
    replica: Replica | None = None


@dataclass(frozen=True)
class Need:
    """Replicas and cost of one stage. None: no rate, or no price.

    `replicas_mean`, `cost_mean` (a day): if the replicas followed the mean; `..._peak`: if those for the peak always
    ran. `unpriced`: the prices that a cost would need.
    """

    stage: str
    unit: str
    mean_per_s: float
    peak_per_s: float
    rate: Rate | None
    replicas_mean: int | None = None
    replicas_peak: int | None = None
    price_per_hour: float | None = None
    cost_mean: float | None = None
    cost_peak: float | None = None
    unpriced: tuple[str, ...] = ()


def sheet(volume: Volume, rates: Mapping[str, Rate], prices: Mapping[str, float]) -> list[Need]:
    """One row a stage. `prices`: of a replica-hour by stage, of a core-hour as "cpu", of a GPU-hour as "gpu"."""
    return [_need(stage, volume, rates.get(stage), prices) for stage in STAGES]


def _need(stage: str, volume: Volume, rate: Rate | None, prices: Mapping[str, float]) -> Need:
    mean, peak = volume.mean_rps * volume.work(stage), volume.peak_rps * volume.work(stage)
    if rate is None:
        return Need(stage, _UNITS[stage], mean, peak, None)
    at_mean, at_peak = (replicas(each, rate.per_s * volume.utilisation) for each in (mean, peak))
    price, unpriced = _price(stage, rate.replica, prices)
    costs = [None if price is None else n * price * _DAY_H for n in (at_mean, at_peak)]
    return Need(stage, _UNITS[stage], mean, peak, rate, at_mean, at_peak, price, costs[0], costs[1], unpriced)


def replicas(demand_per_s: float, replica_per_s: float) -> int:
    """Enough for the demand; the rounding forgives what floating point adds to a whole number."""
    return math.ceil(round(demand_per_s / replica_per_s, 9))


def _price(stage: str, replica: Replica | None, prices: Mapping[str, float]) -> tuple[float | None, tuple[str, ...]]:
    """A replica-hour, and which prices are missing. No price at all is no wish for a cost."""
    if not prices:
        return None, ()
    if stage in prices:
        return prices[stage], ()
    if replica is None:
        return None, (stage,)
    parts = {"cpu": replica.cpus, "gpu": replica.gpus}
    missing = tuple(unit for unit, count in parts.items() if count and unit not in prices)
    if missing:
        return None, missing
    return sum(count * prices[unit] for unit, count in parts.items() if count), ()


def totals(needs: Sequence[Need]) -> dict[str, float | None]:
    """Sums over the stages; None where one of them is not known."""
    sums: dict[str, float | None] = {}
    for name in ("replicas_mean", "replicas_peak", "cost_mean", "cost_peak"):
        values = [getattr(need, name) for need in needs]
        sums[name] = None if None in values else sum(values)
    return sums
