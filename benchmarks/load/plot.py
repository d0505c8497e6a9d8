"""The plot of a sweep of rates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.lib import figure


def plot(result: dict[str, Any], path: Path) -> None:
    """Offered rate against latency, against goodput, and where the time of a request goes."""
    curve = [row for row in result["curve"] if row["requests"]]
    rates = [row["offered_rps"] for row in curve]
    drawn = figure.new(15, 4.5)
    latency, goodput, stages = drawn.subplots(1, 3)
    for key, label in (("p50_ms", "p50"), ("p90_ms", "p90"), ("p99_ms", "p99")):
        latency.plot(rates, [row[key] for row in curve], marker="o", label=label)
    latency.axhline(result["slo_ms"], color="grey", linestyle="--", label=f"SLO {result['slo_ms']:g} ms")
    latency.set_yscale("log")
    figure.log_ticks(latency.yaxis)
    figure.name(latency, "offered, requests/s", "ms from the intended start", "latency")

    goodput.plot(rates, rates, color="grey", linestyle=":", label="offered")
    for key, label in (("goodput_rps", "good"), ("ok_rps", "answered")):
        goodput.plot(rates, [row[key] for row in curve], marker="o", label=label)
    shed = [row["due_rps"] * row["shed"] / row["requests"] for row in curve]
    goodput.plot(rates, shed, marker="x", label="shed")
    figure.name(goodput, "offered, requests/s", "requests/s", "goodput within the SLO")
    for axes in (latency, goodput):
        if result["knee_rps"]:
            axes.axvline(result["knee_rps"], color="black", linewidth=0.8, label=f"knee {result['knee_rps']:.3g}/s")
        axes.legend(fontsize="small")

    for name in dict.fromkeys(n for row in curve for n in row["stages"]):
        with_stage = [row for row in curve if name in row["stages"]]
        at = [row["offered_rps"] for row in with_stage]
        (line,) = stages.plot(at, [r["stages"][name]["wall_p50_ms"] for r in with_stage], marker="o", label=name)
        queue = [r["stages"][name]["queue_ms"] for r in with_stage]
        if any(queue):
            stages.plot(at, queue, linestyle="--", color=line.get_color(), label=f"{name}: queue (mean)")
    figure.name(stages, "offered, requests/s", "ms", "median time in each stage")
    stages.legend(fontsize="small")
    figure.save(drawn, path)
