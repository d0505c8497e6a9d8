"""Rounds of all variants in turn: a start, its load over both protocols, and what it uses with nothing to do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from rich.progress import Progress

from benchmarks.lib import load_stats
from benchmarks.lib.console import console, quiet
from benchmarks.lib.local_app import all_answered, started
from benchmarks.lib.open_loop import Limits, closed_loop
from benchmarks.lib.process_cpu import CALLER, role_cpu, spent
from benchmarks.lib.targets import TARGETS, plain_request, target_of
from benchmarks.tax.variants import VARIANTS, Variant
from serve_app.demo.ingress_mode import IngressMode
from serve_app.demo.local import LocalServe
from serve_app.stages import INGRESS

TIMEOUT_S: Final = 20.0
# Of a protocol's first load: connections, lazy imports and the caches of a fresh process.
_WARM_UP: Final = Limits(8.0, TIMEOUT_S, max_requests=100)
# After load, until what it left behind is done.
_SETTLE_S: Final = 2.0


@dataclass(frozen=True)
class Plan:
    """Length of each measurement of a start, and requests in flight for requests/s."""

    rounds: int
    latency_s: float
    rate_s: float
    idle_s: float
    concurrency: int


def run(plan: Plan, flags: Mapping[str, str]) -> list[dict[str, Any]]:
    """One row a round, variant and protocol. Raises Misconfigured, StartFailed, Failed.

    One application at a time: an idle one uses 0.2 cores of a small machine, two would spoil what the third shows.
    """
    rows = []
    with Progress(console=console, disable=quiet()) as progress:
        bar = progress.add_task("starts", total=plan.rounds * len(VARIANTS))
        for number in range(plan.rounds):
            for variant in VARIANTS if number % 2 == 0 else reversed(VARIANTS):
                rows += [{"round": number, "variant": variant.name, **row} for row in _start(variant, plan, flags)]
                progress.advance(bar)
    return rows


def _start(variant: Variant, plan: Plan, flags: Mapping[str, str]) -> list[dict[str, Any]]:
    alone: dict[str, Any] = {"stock": True, "ingress": IngressMode.PROXY} if variant.stock else {"env": dict(flags)}
    with started(variant.config, variant.edit, **alone) as app:
        return measured(app, variant.name, plan)


def measured(app: LocalServe, name: str, plan: Plan) -> list[dict[str, Any]]:
    """One row a protocol, of an application that is ready. Raises Failed when a request fails."""
    rows = [asyncio.run(_loaded(app, name, protocol, plan)) for protocol in TARGETS]
    time.sleep(_SETTLE_S)
    before, began = role_cpu(app), time.monotonic()
    time.sleep(plan.idle_s)
    idle_cores = _application_s(spent(before, role_cpu(app))) / (time.monotonic() - began)
    return [{**row, "idle_cores": round(idle_cores, 4)} for row in rows]


async def _loaded(app: LocalServe, name: str, protocol: str, plan: Plan) -> dict[str, Any]:
    """Latency of one request at a time; rate and CPU time of many in flight. Raises Failed when one fails."""
    what = f"of {name} over {protocol}"
    address = app.address if protocol == "grpc" else app.url
    slowly = Limits(plan.latency_s, TIMEOUT_S)
    fast = Limits(plan.rate_s, TIMEOUT_S)
    async with target_of(protocol, address, [plain_request()]) as target:
        all_answered(await closed_loop(target, plan.concurrency, _WARM_UP), what)
        alone = all_answered(await closed_loop(target, 1, slowly), what)
        before = role_cpu(app)
        many = all_answered(await closed_loop(target, plan.concurrency, fast), what)
        cpu_s = spent(before, role_cpu(app))
    return {
        "protocol": protocol,
        **load_stats.latency(alone.measured),
        "requests": len(alone.measured),
        "rps": round(load_stats.ok_rps(many), 2),
        "saturated_p50_ms": load_stats.latency(many.measured)["p50_ms"],
        "saturated_requests": len(many.samples),
        **cpu_of(cpu_s, len(many.samples)),
    }


def cpu_of(cpu_s: Mapping[str, float], requests: int) -> dict[str, Any]:
    """CPU milliseconds a request: all of the application, its ingress, and every other role for the raw data."""
    each = {role: round(1000 * seconds / requests, 3) for role, seconds in sorted(cpu_s.items()) if role != CALLER}
    return {
        "cpu_ms_per_request": round(1000 * _application_s(cpu_s) / requests, 3),
        "ingress_cpu_ms_per_request": each.get(INGRESS, 0.0),
        **{f"cpu_ms_{role}": ms for role, ms in each.items() if role != INGRESS},
    }


def _application_s(cpu_s: Mapping[str, float]) -> float:
    return sum(seconds for role, seconds in cpu_s.items() if role != CALLER)
