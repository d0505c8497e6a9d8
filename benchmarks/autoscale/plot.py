"""The plot of replicas and latency over time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.autoscale.arms import ARMS, FAKES
from benchmarks.autoscale.load import LASTS_S, multiple
from benchmarks.autoscale.result import SLO_MS, Rows
from benchmarks.lib import figure

_COLOURS = {"stock": "tab:red", "stages": "tab:orange", "graph": "tab:blue"}


def plot(result: dict[str, Any], rows: Rows, path: Path) -> None:
    """Above the rate, then the replicas of all stages that scale, then each request's latency by its arrival."""
    drawn: Any = figure.new(10, 8)
    load, replicas, latency = drawn.subplots(3, 1, sharex=True)
    seconds = range(int(LASTS_S))
    load.step(seconds, [result["base_rps"] * multiple(at_s) for at_s in seconds], color="grey")
    for arm in ARMS:
        own = [row for row in rows if row["arm"] == arm]
        totals: dict[float, float] = {}
        for row in own:
            if "deployment" in row:
                totals[row["at_s"]] = totals.get(row["at_s"], 0.0) + row["running"]
        requests = [row for row in own if "outcome" in row]
        replicas.step(list(totals), list(totals.values()), where="post", color=_COLOURS[arm], label=arm)
        latency.plot(
            [r["at_s"] for r in requests], [r["latency_ms"] / 1000 for r in requests], ".", markersize=2,
            color=_COLOURS[arm], label=arm,
        )  # fmt: skip
    latency.axhline(SLO_MS / 1000, color="grey", linewidth=0.8)
    latency.set_yscale("log")
    figure.name(load, "", "requests/s", "offered")
    figure.name(replicas, "", f"running replicas of {len(FAKES)} stages", "")
    figure.name(latency, "seconds", "latency, s", "")
    for axes in (replicas, latency):
        axes.legend(fontsize="small")
    figure.save(drawn, path)
