"""A steady load on the cluster through one change after another, and the waking of a stage without replicas."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.chaos.cluster import View
from benchmarks.chaos.faults import Fault
from benchmarks.chaos.measure import Load, strike
from benchmarks.cluster.changes import CHANGES
from benchmarks.cluster.nodes import Cluster, clustered
from benchmarks.lib.callers import Callers
from benchmarks.lib.console import console
from benchmarks.lib.fates import Fate, counted, judged
from benchmarks.lib.local_app import Failed
from benchmarks.lib.open_loop import Limits, closed_loop
from benchmarks.lib.targets import workload

_WHOLE_S: Final = 180.0
_ASLEEP_S: Final = 180.0
_WAKE_BUDGET_MS: Final = 60_000
_WAKERS: Final = 3
_WAKE_CALLS: Final = 9
_LOOK_S: Final = 0.5


@dataclass(frozen=True)
class Plan:
    config: Path
    rps: float
    budget_ms: int
    seed: int


async def run(plan: Plan) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The result and the raw rows. Raises StartFailed, Misconfigured, Failed."""
    rows: list[dict[str, Any]] = []
    raw: list[dict[str, Any]] = []
    with clustered(plan.config) as cluster:
        rows.append({"change": "start", "misplaced": await asyncio.to_thread(cluster.misplaced)})
        load = Load(plan.rps, plan.budget_ms)
        for number, change in enumerate(CHANGES):
            fault = Fault(change.name, lambda _, act=change.act: act(cluster), change.longest_s)  # type: ignore[misc]
            row, samples = await strike(cluster, fault, load, plan.seed + number)
            await asyncio.to_thread(cluster.wait_whole, within_s=_WHOLE_S)
            row["misplaced"] = await asyncio.to_thread(cluster.misplaced)
            rows.append({"change": change.name, **row})
            raw += [{"config": plan.config.stem, "fault": change.name, **sample} for sample in samples]
            console.print(_line(rows[-1]))
        rows.append(await wake(cluster))
        console.print(_line(rows[-1]))
    return result(rows), raw


async def wake(cluster: Cluster) -> dict[str, Any]:
    """Let the generator fall to no replica, then call. Raises Failed when it does not fall."""
    await asyncio.to_thread(cluster.change, _asleep)
    await asyncio.to_thread(_wait_asleep, cluster)
    items = [request.item for request in workload()]
    async with Callers(cluster.served, items, _WAKE_BUDGET_MS, "wake") as callers:
        limits = Limits(_ASLEEP_S, _ASLEEP_S, max_requests=_WAKE_CALLS)
        done = await closed_loop(callers, _WAKERS, limits)
    fates = [judged(sample, _WAKE_BUDGET_MS) for sample in done.samples]
    good_s = [sample.done_s for sample, fate in zip(done.samples, fates, strict=True) if fate.fate is Fate.GOOD]
    return {
        "change": "stage at zero woken",
        **counted(fates),
        "recovered_s": round(min(good_s), 1) if good_s else None,
        "misplaced": await asyncio.to_thread(cluster.misplaced),
        "not_run": "",
    }


def _asleep(config: dict[str, Any]) -> None:
    generator = config["applications"][0]["args"]["scaling"]["generator"]
    generator.update(min_replicas=0, downscale_delay_s=0)


def _wait_asleep(cluster: Cluster) -> None:
    until = time.monotonic() + _ASLEEP_S
    while not _rests(cluster.view()):
        if time.monotonic() >= until:
            raise Failed(f"the generator has replicas after {_ASLEEP_S:.0f} s without calls")
        time.sleep(_LOOK_S)


def _rests(seen: View) -> bool:
    """The change is deployed, and the generator is to have no replica and has none."""
    replicas = [replica for replica in seen.replicas if replica.deployment == "Generator"]
    return seen.status == "RUNNING" and seen.targets.get("Generator") == 0 and not replicas


def result(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """recovered_s: the longest of all changes; None where one was not recovered from, or not made.

    lost, misplaced: None where a change was not made, for which there is nothing to count.
    """
    changes = rows[1:]
    all_made = bool(changes) and not any(row["not_run"] for row in changes)
    times = [row["recovered_s"] for row in changes if row["recovered_s"] is not None]
    return {
        "lost": sum(row["lost"] for row in changes) if all_made else None,
        "misplaced": sum(row["misplaced"] for row in rows) if all_made else None,
        "recovered_s": max(times) if times and len(times) == len(changes) else None,
        "requests": sum(row.get("requests", 0) for row in changes),
        "wrong": sum(row.get("wrong", 0) for row in changes),
        "internal": sum(row.get("internal", 0) for row in changes),
        "not_run": {row["change"]: row["not_run"] for row in changes if row["not_run"]},
        "changes": list(rows),
    }


def _line(row: dict[str, Any]) -> str:
    if row["not_run"]:
        return f"{row['change']:>20}  not run: {row['not_run']}"
    counts = "  ".join(f"{name} {row[name]}" for name in ("requests", "good", "lost", "degraded", "refused", "late"))
    return f"{row['change']:>20}  {counts}  recovered after {row['recovered_s']} s  misplaced {row['misplaced']}"
