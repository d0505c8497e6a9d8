"""Windows of load on so many replicas, and what they say of scaling."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.lib import load_stats
from benchmarks.lib.local_app import CpuMeter, all_answered, fakes
from benchmarks.lib.open_loop import Limits, closed_loop
from benchmarks.lib.targets import target_of, workload
from serve_app.demo.local import LocalServe

CONFIG: Final = Path("configs/fake.yaml")
REPLICAS: Final = (1, 2, 4)
# One draft in each of two categories: few messages, so that the waits and not the messages are the work.
CATEGORIES: Final = 2
TIMEOUT_S: Final = 60.0
# A place of the generator is never empty for want of a request that has passed the stages before it.
UNDER_WAY_PER_PLACE: Final = 3


def waits(generate_ms: float) -> dict[str, float]:
    """By deployment, in ms. The other stages wait less than the whole of the generator, so that it is the bound."""
    generator_ms = CATEGORIES * generate_ms
    return {
        "Captioner": 0.4 * generator_ms,
        "CategoryRouter": 0.05 * generator_ms,
        "Generator": generate_ms,
        "RewardScorer": 0.1 * generator_ms,
    }


def scaled(latency_ms: dict[str, float], replicas: int, ongoing: int) -> Any:
    """An edit of the config: these waits, so many replicas of each stage, so many calls at a time."""
    set_latency = fakes(latency_ms)

    def edit(config: dict[str, Any]) -> None:
        set_latency(config)
        for name, stage in config["applications"][0]["args"]["scaling"].items():
            if name != "ingress":
                stage.update(
                    min_replicas=replicas,
                    max_replicas=replicas,
                    max_ongoing_requests=ongoing,
                    target_ongoing_requests=ongoing,
                )

    return edit


async def measure(
    served: LocalServe, replicas: int, under_way: int, window_s: float, windows: int
) -> list[dict[str, Any]]:
    """One row a window. Raises Failed when requests fail."""
    requests = workload(max_categories=CATEGORIES, candidates_per_category=1)
    rows: list[dict[str, Any]] = []
    async with target_of("grpc", served.address, requests) as target:
        await closed_loop(target, under_way, Limits(window_s / 3, TIMEOUT_S))
        for number in range(windows):
            meter = CpuMeter(served)
            run = await closed_loop(target, under_way, Limits(window_s, TIMEOUT_S, warm_up_s=window_s / 5))
            all_answered(run, f"with {replicas} replicas")
            rows.append(
                {
                    "replicas": replicas,
                    "window": number,
                    "under_way": under_way,
                    "items_per_s": load_stats.ok_rps(run),
                    "degraded": sum(s.reply.degraded for s in run.samples),
                    **load_stats.latency(run.measured),
                    **meter.read(),
                }
            )
    return rows


def result(rows: Sequence[dict[str, Any]], latency_ms: dict[str, float], ongoing: int) -> dict[str, Any]:
    """Medians over the windows, beside what the waits alone would allow."""
    ideal = ongoing * 1000 / (CATEGORIES * latency_ms["Generator"])
    by = {n: [r for r in rows if r["replicas"] == n] for n in dict.fromkeys(r["replicas"] for r in rows)}
    rates = {n: statistics.median(r["items_per_s"] for r in some) for n, some in by.items()}
    points = []
    for n, some in by.items():
        busy, app_cpus = (statistics.median(r[key] for r in some) for key in ("machine_busy", "app_cpus"))
        points.append(
            {
                "replicas": n,
                "items_per_s": round(rates[n], 3),
                "range": [round(f(r["items_per_s"] for r in some), 3) for f in (min, max)],
                "efficiency": round(rates[n] / (n * rates[1]), 3),
                "of_ideal": round(rates[n] / (n * ideal), 3),
                "machine_busy": busy,
                "cpu_ms_per_item": round(1000 * app_cpus / rates[n], 1),
                "degraded": sum(r["degraded"] for r in some),
            }
        )
    last = points[-1]
    return {
        f"efficiency_{last['replicas']}x": last["efficiency"],
        "points": points,
        "ideal_items_per_s_per_replica": round(ideal, 3),
        "latency_ms": latency_ms,
        "max_ongoing_requests": ongoing,
        "candidates": CATEGORIES,
    }
