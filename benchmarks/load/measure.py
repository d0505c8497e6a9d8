"""Offer rates one after the other, look for the knee, and sum up."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.lib import load_stats
from benchmarks.lib.console import console
from benchmarks.lib.load_stats import Point
from benchmarks.lib.local_app import READY_S, CpuMeter, Failed, started
from benchmarks.lib.open_loop import ARRIVALS, Limits, Target, closed_loop, open_loop
from benchmarks.lib.targets import target_of, workload
from deployments.errors import Misconfigured

# A request is given up after so many times the SLO.
_TIMEOUT_SLOS: Final = 4
_SLO_UNLOADED: Final = 3
_FIRST_TIMEOUT_S: Final = 120.0
_UNLOADED_REQUESTS: Final = 20
_FEWEST_REQUESTS: Final = 40


@dataclass(frozen=True)
class Plan:
    """The command's options."""

    protocol: str
    arrivals: str
    photos: bool
    rates: tuple[float, ...]
    start_rps: float
    max_rps: float
    slo_ms: float | None
    step_s: float
    repeats: int
    budget_s: float
    seed: int


def step_length_s(rate: float, step_s: float) -> float:
    """Longer than `step_s` for a low rate, so that its share of good answers rests on some; at most eight times."""
    return max(step_s, min(_FEWEST_REQUESTS / rate, 8 * step_s))


@dataclass
class Sweep:
    """Rates offered one after the other to one target."""

    target: Target
    plan: Plan
    slo_ms: float
    meter: CpuMeter
    points: list[Point] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    async def offer(self, rate: float, what: str, seed: int) -> Point:
        duration_s = step_length_s(rate, self.plan.step_s)
        limits = Limits(duration_s, _TIMEOUT_SLOS * self.slo_ms / 1000, warm_up_s=duration_s / 9)
        self.meter.restart()
        offered = await open_loop(self.target, ARRIVALS[self.plan.arrivals](rate, seed), limits, self.slo_ms / 1000)
        measured = load_stats.point(offered, rate, self.slo_ms)
        measured.row.update(step=what, **self.meter.read())
        self.rows += load_stats.raw_rows(offered, step=what, offered_rps=rate, seed=seed)
        console.print(_line(what, measured))
        return measured

    async def search(self) -> None:
        """Fill `points`: the given rates, or those that lead to the knee."""
        began, rates = time.monotonic(), iter(self.plan.rates)
        while time.monotonic() - began < self.plan.budget_s:
            if self.plan.rates:
                rate = next(rates, None)
            else:
                rate = load_stats.next_rate(self.points, self.plan.start_rps, self.plan.max_rps)
            if rate is None:
                return
            self.points.append(await self.offer(rate, "sweep", self.plan.seed + len(self.points)))
            await asyncio.sleep(min(1.0, self.slo_ms / 1000))  # what an overloaded step left behind

    async def repeat(self, rate: float, what: str) -> list[Point]:
        return [await self.offer(rate, what, self.plan.seed + 1000 + n) for n in range(self.plan.repeats)]


async def run(
    plan: Plan, config: Path, address: str | None, ready_s: float = READY_S
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The result and the raw rows. ready_s: how long the config may take to start.

    Raises Failed when not even one request at a time is answered.
    """
    requests = workload(photos=plan.photos)
    async with AsyncExitStack() as stack:
        served = None
        if address is None:
            served = stack.enter_context(started(config, ready_s=ready_s))
            address = served.address if plan.protocol == "grpc" else served.url
        target = await stack.enter_async_context(target_of(plan.protocol, address, requests))
        unloaded = await _unloaded(target, plan)
        slo_ms = plan.slo_ms or _SLO_UNLOADED * unloaded["p50_ms"]
        sweep = Sweep(target, plan, slo_ms, CpuMeter(served))
        await sweep.search()
        knee = load_stats.knee(sweep.points)
        at_knee = await sweep.repeat(knee.rate, "knee") if knee else []
        at_70pct = await sweep.repeat(0.7 * knee.rate, "70pct") if knee else []
    return result(plan, slo_ms, unloaded, sweep.points, at_knee, at_70pct), sweep.rows


async def _unloaded(target: Target, plan: Plan) -> dict[str, Any]:
    """One request at a time: warms up what is lazy, then says what latency there is without any queue."""
    await closed_loop(target, 1, Limits(plan.step_s, _FIRST_TIMEOUT_S, max_requests=8))
    alone = await closed_loop(target, 1, Limits(plan.step_s, _FIRST_TIMEOUT_S, max_requests=_UNLOADED_REQUESTS))
    if failed := load_stats.failures(alone):
        codes = sorted({s.reply.code for s in alone.samples if s.reply.code})
        raise Failed(f"{failed} of {len(alone.samples)} requests failed, one at a time: {', '.join(codes)}")
    return {**load_stats.latency(alone.samples), "requests": len(alone.samples)}


def result(
    plan: Plan,
    slo_ms: float,
    unloaded: dict[str, Any],
    points: Sequence[Point],
    at_knee: Sequence[Point],
    at_70pct: Sequence[Point],
) -> dict[str, Any]:
    """Keys of the knee are None when not even the lowest rate was sustained."""
    best = load_stats.knee(points)
    return {
        "knee_rps": round(best.rate, 3) if best else None,
        **_middle("goodput_at_knee", at_knee, "goodput_rps"),
        **_middle("p99_ms_at_70pct", at_70pct, "p99_ms"),
        "enclosed": any(not p.sustained for p in points),
        "slo_ms": round(slo_ms, 1),
        "slo_given": plan.slo_ms is not None,
        "sustained_share": load_stats.SUSTAINED_SHARE,
        "unloaded": unloaded,
        "protocol": plan.protocol,
        "arrivals": plan.arrivals,
        "items": "demo items with pictures" if plan.photos else "demo items without pictures",
        "step_s": plan.step_s,
        "seed": plan.seed,
        "curve": [p.row for p in sorted(points, key=lambda p: p.rate)],
        "repeats": [p.row for p in (*at_knee, *at_70pct)],
    }


def _middle(name: str, points: Sequence[Point], key: str) -> dict[str, Any]:
    values = [p.row[key] for p in points if p.row[key] is not None]
    if not values:
        return {name: None}
    return {name: round(statistics.median(values), 2), f"{name}_range": [min(values), max(values)]}


def rates_of(text: str) -> tuple[float, ...]:
    try:
        rates = tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError:
        rates = (0.0,)
    if any(not 0 < rate <= 5000 for rate in rates):
        raise Misconfigured(f"--rates {text!r}: give requests/s above 0, at most 5000, by commas, for instance 5,10,20")
    return rates


def _line(what: str, point: Point) -> str:
    row = point.row
    return (
        f"{what:>6} {point.rate:7.1f}/s  p50 {row['p50_ms']} p99 {row['p99_ms']} ms  good {point.good_share:.0%}  "
        f"shed {row['shed']}  timeouts {row['timeout']}  errors {row['error']}  lag p99 {row['send_lag_p99_ms']} ms"
        f"{'  stopped: ' + point.stopped if point.stopped else ''}"
    )
