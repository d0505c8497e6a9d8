"""The plot of a locust run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.lib import figure


def plot(result: dict[str, Any], rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Requests/s and p50 over the run, by protocol."""
    drawn = figure.new(9, 4.5)
    rate, latency = drawn.subplots(1, 2)
    for protocol in dict.fromkeys(r["protocol"] for r in rows):
        mine = [r for r in rows if r["protocol"] == protocol]
        at = [r["at_s"] for r in mine]
        rate.plot(at, [r["rps"] for r in mine], label=f"{protocol}, {result['users']} users in all")
        latency.plot(at, [r["p50_ms"] for r in mine], label=f"{protocol} p50")
        latency.plot(at, [r["p99_ms"] for r in mine], linestyle="--", label=f"{protocol} p99")
    figure.name(rate, "s", "requests/s", "locust, closed loop")
    figure.name(latency, "s", "ms", "response time")
    for axes in (rate, latency):
        axes.set_ylim(bottom=0)
        axes.legend(fontsize="small")
    figure.save(drawn, path)
