"""Rounds of the graph and the echo in turn, and the ratios within a round."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.progress import track

from benchmarks.lib import load_stats
from benchmarks.lib.console import console, quiet
from benchmarks.lib.local_app import CpuMeter, all_answered
from benchmarks.lib.open_loop import Limits, closed_loop
from benchmarks.lib.targets import TARGETS, plain_request, target_of
from serve_app.contract.messages import GenerateNotificationRequest
from serve_app.demo.local import LocalServe

CONFIG: Final = Path("configs/fake.yaml")
ECHO: Final = Path(__file__).with_name("echo.yaml")
TIMEOUT_S: Final = 20.0


@dataclass(frozen=True)
class Plan:
    """Length of each measurement of a round, and requests in flight for requests/s."""

    rounds: int
    latency_s: float
    rate_s: float
    concurrency: int

    @property
    def warm_up_s(self) -> float:
        return min(1.0, self.rate_s / 4)


def requests_of(name: str) -> list[GenerateNotificationRequest]:
    """One item, the same for all."""
    plain = plain_request()
    if name != "one_candidate":
        return [plain]
    options = plain.options.model_copy(update={"max_categories": 1, "candidates_per_category": 1})
    return [plain.model_copy(update={"options": options})]


async def measure(apps: dict[str, LocalServe], plan: Plan) -> list[dict[str, Any]]:
    """One row a round, protocol and application. Raises Failed when requests fail: no ratio means anything."""
    rows = []
    names = ["graph", "echo", "one_candidate"]
    for protocol in TARGETS:  # connections, caches and lazy imports
        for name in names:
            await one(apps, name, protocol, Plan(1, 0.5, 0.5, plan.concurrency))
    for number in track(range(plan.rounds), "rounds", console=console, disable=quiet()):
        for protocol in TARGETS:
            for name in names if number % 2 == 0 else reversed(names):
                rows.append({"round": number, **await one(apps, name, protocol, plan)})
    return rows


async def one(apps: dict[str, LocalServe], name: str, protocol: str, plan: Plan) -> dict[str, Any]:
    served = apps["echo" if name == "echo" else "graph"]
    address = served.address if protocol == "grpc" else served.url
    what = f"of {name} over {protocol}"
    slowly = Limits(plan.latency_s, TIMEOUT_S, plan.latency_s / 10)
    fast = Limits(plan.rate_s, TIMEOUT_S, plan.warm_up_s)
    async with target_of(protocol, address, requests_of(name)) as target:
        alone = all_answered(await closed_loop(target, 1, slowly), what)
        meter = CpuMeter(served)
        many = all_answered(await closed_loop(target, plan.concurrency, fast), what)
    rps = load_stats.ok_rps(many)
    return {
        "application": name,
        "protocol": protocol,
        **load_stats.latency(alone.measured),
        "requests": len(alone.measured),
        "rps": round(rps, 2),
        "saturated_p50_ms": load_stats.latency(many.measured)["p50_ms"],
        **meter.read(),
    }


def result(rows: Sequence[dict[str, Any]], plan: Plan) -> dict[str, Any]:
    """Medians over the rounds; the keys at the top are gRPC's."""
    protocols = {p: _protocol([r for r in rows if r["protocol"] == p]) for p in TARGETS}
    return {
        **{key: protocols["grpc"][key] for key in ("p50_ratio", "rps_ratio", "p50_ms", "rps")},
        **protocols,
        "rounds": plan.rounds,
        "concurrency": plan.concurrency,
    }


def _protocol(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    by = {name: [r for r in rows if r["application"] == name] for name in ("graph", "echo", "one_candidate")}

    def ratio(name: str, key: str) -> dict[str, Any]:
        of_rounds = [r[key] / e[key] for r, e in zip(by[name], by["echo"], strict=True)]
        return {
            f"{key.removesuffix('_ms')}_ratio": round(statistics.median(of_rounds), 3),
            f"{key.removesuffix('_ms')}_ratio_range": [round(min(of_rounds), 3), round(max(of_rounds), 3)],
        }

    def middle(name: str) -> dict[str, Any]:
        return {key: round(statistics.median(r[key] for r in by[name]), 2) for key in ("p50_ms", "p99_ms", "rps")}

    return {
        **ratio("graph", "p50_ms"),
        **ratio("graph", "rps"),
        **middle("graph"),
        "echo": middle("echo"),
        "one_candidate": {
            **ratio("one_candidate", "p50_ms"),
            **ratio("one_candidate", "rps"),
            **middle("one_candidate"),
        },
    }
