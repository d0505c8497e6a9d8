"""A soak: load with bursts and cancels for a while, and the memory of the application beside it."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil

from benchmarks.lib import load_stats
from benchmarks.lib.callers import Callers
from benchmarks.lib.console import console
from benchmarks.lib.fates import Fate, Judgement, counted, judged
from benchmarks.lib.load_stats import Point
from benchmarks.lib.local_app import Failed, outliving, started
from benchmarks.lib.open_loop import Limits, Poisson, Run, Sample, closed_loop, open_loop
from benchmarks.lib.targets import workload
from benchmarks.soak.arrivals import BURST_FROM_S, CYCLE_S, Bursts, Phase, phase_of
from benchmarks.soak.leaving import Leaving
from serve_app.demo.local import LocalServe

CONFIG: Final = Path("configs/fake.yaml")
_FIRST_RPS: Final = 4.0
_SEARCH_S: Final = 15.0
_ALONE_S: Final = 5.0
_END_S: Final = 10.0
# Cycles that warm up, and cycles at either end whose median is compared.
_WARM_CYCLES: Final = 2
_COMPARED: Final = 3


@dataclass(frozen=True)
class Plan:
    """The command's options."""

    config: Path
    minutes: float
    share: float
    burst: float
    cancel_share: float
    knee_rps: float | None
    budget_ms: int
    seed: int


async def run(plan: Plan) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The result and the raw rows. Raises Failed."""
    items = [request.item for request in workload()]
    with started(plan.config) as served:
        async with Callers(served, items, plan.budget_ms, "soak") as callers:
            alone = await closed_loop(callers, 1, Limits(_ALONE_S, callers.longest_s))
            if load_stats.failures(alone):
                raise Failed("a request failed, one at a time")
            knee_rps = plan.knee_rps or await _knee(callers, plan)
            rate = plan.share * knee_rps
            console.print(f"knee {knee_rps:.1f}/s: {rate:.1f} requests/s for {plan.minutes:g} minutes")
            loaded, memory = await _soak(served, callers, plan, rate)
        processes = served.processes()
    left = outliving(processes, _END_S)
    fates = [(sample, judged(sample, plan.budget_ms)) for sample in loaded.samples]
    raw = [
        {"at_s": round(s.intended_s, 3), "latency_ms": round(s.latency_ms, 1), "fate": j.fate.value, "why": j.why}
        for s, j in fates
    ]
    return result(plan, knee_rps, fates, memory, len(left)), raw


async def _knee(callers: Callers, plan: Plan) -> float:
    async def offer(rate: float) -> Point:
        limits = Limits(max(_SEARCH_S, 40 / rate), callers.longest_s, warm_up_s=3.0)
        done = await open_loop(callers, Poisson(rate, plan.seed), limits, slo_s=plan.budget_ms / 1000)
        point = load_stats.point(done, rate, plan.budget_ms)
        console.print(f"search {rate:6.1f}/s  good {point.good_share:.1%}  {point.stopped}")
        return point

    found = await load_stats.find_knee(offer, _FIRST_RPS)
    if found is None:
        raise Failed("no rate is sustained: give the requests a longer --budget-ms")
    return found


async def _soak(served: LocalServe, callers: Callers, plan: Plan, rate: float) -> tuple[Run, list[dict[str, float]]]:
    """The load, and the memory of every process of the application at the same moment of each cycle."""
    memory: list[dict[str, float]] = []
    began_s = asyncio.get_running_loop().time()

    async def weigh() -> None:
        for cycle in range(int(plan.minutes * 60 / CYCLE_S)):
            at_s = cycle * CYCLE_S + BURST_FROM_S - 5.0  # long after the last burst
            await asyncio.sleep(max(0.0, began_s + at_s - asyncio.get_running_loop().time()))
            mib = await asyncio.to_thread(memory_mib, served)
            memory.append({"at_s": at_s, **mib})
            console.print(f"{at_s / 60:5.1f} min  {sum(mib.values()):.0f} MiB")

    weighing = asyncio.create_task(weigh())
    limits = Limits(plan.minutes * 60, callers.longest_s, max_requests=1_000_000)
    target = Leaving(callers, plan.cancel_share, plan.seed)
    done = await open_loop(target, Bursts(rate, plan.burst, plan.seed), limits)
    await weighing
    return done, memory


def memory_mib(served: LocalServe) -> dict[str, float]:
    """Proportional set size of the application's processes: its replicas and what they start, and the rest, Ray's."""
    ours = theirs = 0.0
    replicas: set[int] = set()
    for process in served.processes():  # parents come before their children
        try:
            is_ours = "ServeReplica" in " ".join(process.cmdline()) or process.ppid() in replicas
            mib = process.memory_full_info().pss / 2**20
        except psutil.Error:
            continue
        if is_ours:
            replicas.add(process.pid)
            ours += mib
        else:
            theirs += mib
    return {"replicas_mib": round(ours, 1), "ray_mib": round(theirs, 1)}


def growth_pct(memory: Sequence[dict[str, float]], *keys: str) -> float | None:
    """Of the median of the last cycles over that of the first ones after the warm-up; None with too few cycles."""
    cycles = [sum(m[key] for key in keys) for m in memory][_WARM_CYCLES:]
    if len(cycles) < 2:
        return None
    compared = min(_COMPARED, len(cycles) // 2)
    first, last = statistics.median(cycles[:compared]), statistics.median(cycles[-compared:])
    return round(100 * (last / first - 1), 2)


def result(
    plan: Plan,
    knee_rps: float,
    fates: Sequence[tuple[Sample, Judgement]],
    memory: Sequence[dict[str, float]],
    orphans: int,
) -> dict[str, Any]:
    stayed = [(s, j) for s, j in fates if j.fate is not Fate.CANCELLED]
    let_in = [j for _, j in stayed if j.fate is not Fate.REFUSED]
    shares = {phase: [j.fate is Fate.GOOD for s, j in stayed if phase_of(s.intended_s) is phase] for phase in Phase}
    good = {phase: round(sum(some) / len(some), 4) if some else None for phase, some in shares.items()}
    return {
        "goodput_ratio": good[Phase.STEADY],
        "rss_growth_pct": growth_pct(memory, "replicas_mib", "ray_mib"),
        "orphans": orphans,
        "late_share": round(sum(j.fate is Fate.LATE for j in let_in) / max(1, len(let_in)), 5),
        "goodput_ratio_burst": good[Phase.BURST],
        "replicas_growth_pct": growth_pct(memory, "replicas_mib"),
        **counted([j for _, j in fates]),
        "minutes": plan.minutes,
        "knee_rps": round(knee_rps, 3),
        "offered_rps": round(plan.share * knee_rps, 3),
        "burst": plan.burst,
        "cancel_share": plan.cancel_share,
        "budget_ms": plan.budget_ms,
        "seed": plan.seed,
        "memory": list(memory),
    }
