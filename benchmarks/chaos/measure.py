"""Load on an application while one fault after another strikes it, and what its callers saw."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.chaos.faults import Fault, NotRun, Struck
from benchmarks.chaos.stand import Stand, standing
from benchmarks.chaos.watch import FaultWatch
from benchmarks.lib import load_stats
from benchmarks.lib.callers import Callers, form_of
from benchmarks.lib.console import console
from benchmarks.lib.fates import Fate, Judgement, counted, judged, recovered_s, window_s
from benchmarks.lib.local_app import Failed, outliving
from benchmarks.lib.open_loop import Limits, Poisson, Run, closed_loop, open_loop
from benchmarks.lib.targets import workload
from serve_app.demo.local import StartFailed

TOTALS: Final = ("requests", "good", "lost", "wrong", "internal", "late", "refused", "degraded", "expired", "orphans")
_BEFORE_S: Final = 4.0
_ALONE: Final = 12
_AT_ONCE: Final = 8
_CAPACITY_S: Final = 8.0
_PATIENT_S: Final = 120.0
_BUDGET_OF_P50: Final = 6.0
_SHORTEST_BUDGET_MS: Final = 1500
_END_S: Final = 10.0
_POLL_S: Final = 1.0


@dataclass(frozen=True)
class Plan:
    """The command's options. rps, budget_ms: None to derive them from what the application can do."""

    configs: Sequence[Path]
    faults: Sequence[Fault]
    share: float
    rps: float | None
    budget_ms: int | None
    seed: int


@dataclass(frozen=True)
class Load:
    """fine: the fates of requests without a fault; on few cores a real engine may not finish every candidate."""

    rate: float
    budget_ms: int
    fine: frozenset[Fate] = frozenset([Fate.GOOD])


async def run(plan: Plan) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The result and the raw rows."""
    rows: list[dict[str, Any]] = []
    raw: list[dict[str, Any]] = []
    for config in plan.configs:
        left = list(plan.faults)
        while left:  # an application that does not come back is started anew for the next fault
            try:
                orphans = await _strikes(plan, config, left, rows, raw)
            except (StartFailed, Failed) as error:
                console.print(f"{config.stem}: {error}")
                rows += [{"config": config.stem, "fault": fault.name, **not_run("no start")} for fault in left]
                break
            rows[-1]["orphans"] += orphans
    return result(plan, rows), raw


async def _strikes(
    plan: Plan, config: Path, left: list[Fault], rows: list[dict[str, Any]], raw: list[dict[str, Any]]
) -> int:
    """Strike with the faults that are left, until the application does not come back. Return what outlives it."""
    with standing(config) as stand:
        load = await find_load(stand, plan)
        console.print(f"{config.stem}: {load.rate:.1f} requests/s, budget {load.budget_ms} ms")
        while left:
            fault = left.pop(0)
            row, samples = await strike(stand, fault, load, plan.seed + len(rows))
            rows.append({"config": config.stem, "fault": fault.name, **row})
            raw += [{"config": config.stem, "fault": fault.name, **sample} for sample in samples]
            console.print(_line(rows[-1]))
            if not await asyncio.to_thread(stand.whole):
                break
        processes = stand.served.processes()
    return len(outliving(processes, _END_S))


async def find_load(stand: Stand, plan: Plan) -> Load:
    """The time budget from requests one at a time, the rate from several callers at once. Raises Failed."""
    patient_ms = int(1000 * _PATIENT_S)
    async with _callers(stand, patient_ms, "alone") as callers:
        alone = await closed_loop(callers, 1, Limits(_PATIENT_S, _PATIENT_S, max_requests=_ALONE))
        if load_stats.failures(alone):
            codes = sorted({s.reply.code for s in alone.samples})
            raise Failed(f"requests fail before any fault: {', '.join(codes)}")
        fine = frozenset({Fate.GOOD} | {judged(sample, patient_ms).fate for sample in alone.samples})
        slow_ms = load_stats.percentile([s.latency_ms for s in alone.samples], 0.9)
        budget_ms = plan.budget_ms or max(_SHORTEST_BUDGET_MS, round(_BUDGET_OF_P50 * slow_ms))
        if plan.rps is not None:
            return Load(plan.rps, budget_ms, fine)
        duration_s = max(_CAPACITY_S, 4 * slow_ms / 1000)
        busy = await closed_loop(callers, _AT_ONCE, Limits(duration_s, _PATIENT_S))
    return Load(round(plan.share * load_stats.ok_rps(busy), 2), budget_ms, fine)


def _callers(stand: Stand, budget_ms: int, name: str) -> Callers:
    fake = stand.stages["captioner"]["kind"] == "fake"
    return Callers(stand.served, [request.item for request in workload(photos=not fake)], budget_ms, name)


async def strike(stand: Stand, fault: Fault, load: Load, seed: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """One fault under load: its row, and one row a request with times from the fault on."""
    before_s, window = max(_BEFORE_S, 4 / load.rate), window_s(load.rate)
    longest_s = max(fault.longest_s, 2 * window + load.budget_ms / 1000)
    try:
        await asyncio.to_thread(fault.prepare, stand)
        async with _callers(stand, load.budget_ms, fault.name) as callers:
            watch = FaultWatch(load.budget_ms, load.fine, window, longest_s)
            limits = Limits(before_s + longest_s + _PATIENT_S, callers.longest_s, max_requests=100_000)
            disturbing = asyncio.create_task(_disturb(stand, fault, before_s, watch))
            loading = asyncio.create_task(open_loop(callers, Poisson(load.rate, seed), limits, watch=watch))
            try:
                await asyncio.wait({loading, disturbing}, return_when=asyncio.FIRST_COMPLETED)
                struck = await disturbing
                done = await loading
            finally:
                loading.cancel()
                await asyncio.gather(loading, return_exceptions=True)
    except (NotRun, Failed, StartFailed) as error:
        return not_run(str(error)), []
    return await _row(done, watch, struck, load, window)


async def _disturb(stand: Stand, fault: Fault, before_s: float, watch: FaultWatch) -> Struck:
    """Strike after a while, and tell the watch when all is as before. Ends at the latest when the watch does."""
    await asyncio.sleep(before_s)
    watch.struck_s = watch.now_s()
    struck = await asyncio.to_thread(fault.strike, stand)
    watch.acted = True
    while not watch.over():
        if await asyncio.to_thread(stand.whole, struck.lost):
            watch.settled_s = watch.now_s()
            break
        await asyncio.sleep(_POLL_S)
    return struck


async def _row(
    done: Run, watch: FaultWatch, struck: Struck, load: Load, window: float
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    since_s = watch.struck_s or 0.0
    fates = [(sample, judged(sample, load.budget_ms)) for sample in done.samples]
    good = [(s.intended_s - since_s, j.fate in load.fine) for s, j in fates if s.intended_s >= since_s]
    settled_s = watch.settled_s
    left = await asyncio.to_thread(outliving, struck.gone, _END_S) if settled_s is not None else []
    await asyncio.to_thread(struck.undo)
    row = {
        **counted([judgement for _, judgement in fates]),
        "orphans": len(left),
        "recovered_s": recovered_s(good, done.end_s - since_s, window),
        "replaced_s": None if settled_s is None else round(settled_s - since_s, 1),
        "not_good_before": sum(j.fate not in load.fine for s, j in fates if s.intended_s < since_s),
        "offered_rps": load.rate,
        "budget_ms": load.budget_ms,
        "send_lag_p99_ms": round(load_stats.percentile([s.lag_ms for s in done.samples], 0.99), 1),
        "not_run": "",
    }
    raw = [
        {
            "at_s": round(s.intended_s - since_s, 3),
            "latency_ms": round(s.latency_ms),
            "fate": j.fate.value,
            "why": j.why,
            "form": " ".join(form_of(s.index)),
        }
        for s, j in fates
    ]
    return row, raw


def not_run(why: str) -> dict[str, Any]:
    nothing: list[Judgement] = []
    return {**counted(nothing), "orphans": 0, "recovered_s": None, "replaced_s": None, "not_run": why}


def result(plan: Plan, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Totals first, then the recovery by fault."""
    ran = [row for row in rows if not row["not_run"]]
    by_config = {config.stem: [r for r in ran if r["config"] == config.stem] for config in plan.configs}
    times = {name: {r["fault"]: r["recovered_s"] for r in some} for name, some in by_config.items() if some}
    return {
        **{total: sum(row[total] for row in ran) for total in TOTALS},
        "recovered_s": times,
        "not_recovered": [f"{r['config']} {r['fault']}" for r in ran if r["recovered_s"] is None],
        "not_run": {f"{r['config']} {r['fault']}": r["not_run"] for r in rows if r["not_run"]},
        "share_of_capacity": plan.share,
        "seed": plan.seed,
        "faults": list(rows),
    }


def _line(row: dict[str, Any]) -> str:
    name = f"{row['config']:>5} {row['fault']:>10}"
    if row["not_run"]:
        return f"{name}  not run: {row['not_run']}"
    counts = "  ".join(f"{total} {row[total]}" for total in TOTALS if row[total] or total == "lost")
    back = "not recovered" if row["recovered_s"] is None else f"recovered after {row['recovered_s']:.1f} s"
    return f"{name}  {counts}  {back}  {row['reasons'] or ''}"
