"""Starts of both modes in turn, and their ratios."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.progress import Progress

from benchmarks.lib import load_stats
from benchmarks.lib.console import console, quiet
from benchmarks.lib.local_app import STAGES, all_answered, fakes, started
from benchmarks.lib.open_loop import Limits, closed_loop
from benchmarks.lib.targets import INFO_TARGETS, TARGETS, GrpcTarget, HttpTarget, plain_request
from serve_app.demo.local import IngressMode, LocalServe

CONCURRENCY: Final = (16, 32)
CALLS: Final = ("generate", "info")
TIMEOUT_S: Final = 20.0
_WARM_UP_CONCURRENCY: Final = 4
_WARM_UP_S: Final = 120.0  # of as many requests as `--warm-up` allows


@dataclass(frozen=True)
class Plan:
    starts: int
    seconds: float
    warm_up: int


def run(config: Path, plan: Plan) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The whole result and one row a start, protocol and call. Raises Misconfigured, StartFailed, Failed."""
    rows: list[dict[str, Any]] = []
    at_once = fakes(dict.fromkeys(STAGES, 0.0))
    with Progress(console=console, disable=quiet()) as progress:
        bar = progress.add_task("starts", total=plan.starts * len(IngressMode))
        for start in range(plan.starts):
            modes = list(IngressMode)
            for mode in modes if start % 2 == 0 else reversed(modes):
                with started(config, at_once, ingress=mode) as local:
                    rows += [{"start": start, "mode": str(mode), **row} for row in asyncio.run(measure(local, plan))]
                progress.advance(bar)
    return {**result(rows), "starts": plan.starts, "concurrency": list(CONCURRENCY)}, rows


def _target(local: LocalServe, protocol: str, call: str) -> GrpcTarget | HttpTarget:
    address = local.address if protocol == "grpc" else local.url
    return INFO_TARGETS[protocol](address) if call == "info" else TARGETS[protocol](address, [plain_request()])


async def measure(local: LocalServe, plan: Plan) -> list[dict[str, Any]]:
    """One row a protocol and call. Raises Failed when requests fail."""
    rows = []
    limits = Limits(plan.seconds, TIMEOUT_S)
    warm_up = Limits(_WARM_UP_S, TIMEOUT_S, max_requests=plan.warm_up)
    for protocol in TARGETS:
        for call in CALLS:
            what = f"of {call} over {protocol}"
            async with _target(local, protocol, call) as target:
                all_answered(await closed_loop(target, _WARM_UP_CONCURRENCY, warm_up), what)
                alone = all_answered(await closed_loop(target, 1, limits), what)
                row = {
                    "protocol": protocol,
                    "call": call,
                    "requests": len(alone.samples),
                    **load_stats.latency(alone.measured),
                }
                for concurrency in CONCURRENCY:
                    many = all_answered(await closed_loop(target, concurrency, limits), what)
                    row[f"rps_{concurrency}"] = round(load_stats.ok_rps(many), 2)
                rows.append(row)
    return rows


def result(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """By protocol and call: medians over a mode's starts, and HAProxy's over the proxy's.

    `p50_ratio` below 1 and `rps_ratio` above 1 are in HAProxy's favour; at the top those of `generate` over gRPC.
    """
    by_protocol: dict[str, Any] = {}
    for protocol in TARGETS:
        by_protocol[protocol] = {}
        for call in CALLS:
            by = {
                mode: _medians([r for r in rows if (r["protocol"], r["call"], r["mode"]) == (protocol, call, mode)])
                for mode in IngressMode
            }
            proxy, haproxy = by[IngressMode.PROXY], by[IngressMode.HAPROXY]
            most = f"rps_{CONCURRENCY[-1]}"
            by_protocol[protocol][call] = {
                "p50_ratio": round(haproxy["p50_ms"] / proxy["p50_ms"], 3),
                "p99_ratio": round(haproxy["p99_ms"] / proxy["p99_ms"], 3),
                "rps_ratio": round(haproxy[most] / proxy[most], 3),
                **{str(mode): numbers for mode, numbers in by.items()},
            }
    top = by_protocol["grpc"]["generate"]
    return {"p50_ratio": top["p50_ratio"], "rps_ratio": top["rps_ratio"], **by_protocol}


def _medians(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    keys = ("p50_ms", "p99_ms", *(f"rps_{concurrency}" for concurrency in CONCURRENCY))
    return {key: round(statistics.median(row[key] for row in rows), 3) for key in keys}
