"""Rows of made-up arms."""

from __future__ import annotations

from typing import Any

from benchmarks.autoscale.arms import FAKES
from benchmarks.autoscale.load import LASTS_S


def requests(arm: str, *latencies_ms: float, outcome: str = "ok", at_s: float = 20.0) -> list[dict[str, Any]]:
    return [
        {"arm": arm, "at_s": at_s, "latency_ms": ms, "outcome": outcome, "degraded": "False"} for ms in latencies_ms
    ]


def replicas(arm: str, *changes: tuple[float, int]) -> list[dict[str, Any]]:
    """Of every stage, each second; changes: from when on there are so many."""
    rows = []
    for at_s in range(int(LASTS_S) + 1):
        count = [number for begin_s, number in changes if begin_s <= at_s][-1]
        for fake in FAKES:
            rows.append({
                "arm": arm, "at_s": at_s, "deployment": fake.deployment,
                "target": count, "running": count, "present": count,
            })  # fmt: skip
    return rows
