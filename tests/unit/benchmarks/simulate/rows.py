"""Rows of a run that was written down by hand."""

from __future__ import annotations

from typing import Any

from benchmarks.autoscale.arms import FAKES
from benchmarks.autoscale.load import LASTS_S


def replicas(arm: str, changes: dict[float, tuple[int, int, int]]) -> list[dict[str, Any]]:
    """Rows of every stage each second; changes: (target, running, present) from a time on."""
    rows, now = [], (1, 1, 1)
    for second in range(int(LASTS_S) + 1):
        now = changes.get(float(second), now)
        for fake in FAKES:
            target, running, present = now
            rows.append({"arm": arm, "at_s": float(second), "deployment": fake.deployment, "target": target,
                         "running": running, "present": present})  # fmt: skip
    return rows


def requests(arm: str, every_s: float, latency_ms: float) -> list[dict[str, Any]]:
    count = int(LASTS_S / every_s)
    return [
        {"arm": arm, "at_s": n * every_s, "latency_ms": latency_ms, "outcome": "ok", "degraded": "False"}
        for n in range(count)
    ]
