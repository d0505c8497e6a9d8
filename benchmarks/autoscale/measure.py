"""One arm under the load: what became of each request, and the replicas of each stage every second."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from benchmarks.autoscale.arms import BUDGET_MS, CATEGORIES, CONFIG, FAKES, edited
from benchmarks.autoscale.load import LASTS_S, StepAndSpikes
from benchmarks.chaos.cluster import View, look
from benchmarks.lib.local_app import CpuMeter, started
from benchmarks.lib.open_loop import Limits, Run, closed_loop, open_loop
from benchmarks.lib.targets import GrpcTarget, workload
from serve_app.demo.local import LocalServe

_LOOK_S: Final = 1.0
# Else Ray starts new replicas behind all others on a busy machine.
_ENV: Final = {"RAY_worker_niceness": "0"}


def measure(arm: str, base_rps: float, seed: int) -> list[dict[str, Any]]:
    """Start the arm's application and offer it the load. Returns its raw rows."""
    with started(CONFIG, edited(arm), _ENV) as served:
        return asyncio.run(_measured(arm, served, StepAndSpikes(base_rps, seed)))


async def _measured(arm: str, served: LocalServe, arrivals: StepAndSpikes) -> list[dict[str, Any]]:
    requests = workload(max_categories=CATEGORIES, candidates_per_category=1, time_budget_ms=BUDGET_MS)
    async with GrpcTarget(served.address, requests) as target:
        await closed_loop(target, 1, Limits(15.0, 30.0, max_requests=3))
        meter = CpuMeter(served)
        views: list[tuple[float, View]] = []
        watch = asyncio.create_task(_watch(served, views))
        run = await open_loop(target, arrivals, Limits(LASTS_S, BUDGET_MS / 1000 + 1.0))
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch
    busy = meter.read()["machine_busy"]
    return [*_requests(arm, run), *_replicas(arm, views), {"arm": arm, "machine_busy": busy}]


async def _watch(served: LocalServe, views: list[tuple[float, View]]) -> None:
    clock = asyncio.get_running_loop().time
    began_s = clock()
    while True:
        at_s = clock() - began_s
        view = await asyncio.to_thread(look, served)
        if view is not None:
            views.append((at_s, view))
        await asyncio.sleep(max(0.0, _LOOK_S - (clock() - began_s - at_s)))


def _requests(arm: str, run: Run) -> Iterator[dict[str, Any]]:
    for sample in run.samples:
        yield {
            "arm": arm, "at_s": round(sample.intended_s, 3), "latency_ms": round(sample.latency_ms, 1),
            "outcome": sample.reply.outcome.value, "degraded": sample.reply.degraded,
        }  # fmt: skip


def _replicas(arm: str, views: list[tuple[float, View]]) -> Iterator[dict[str, Any]]:
    """present: replicas that hold their resources, starting and stopping ones too."""
    for at_s, view in views:
        for name in (fake.deployment for fake in FAKES):
            yield {
                "arm": arm, "at_s": round(at_s, 2), "deployment": name, "target": view.targets.get(name, 0),
                "running": len(view.running(name)), "present": sum(r.deployment == name for r in view.replicas),
            }  # fmt: skip
