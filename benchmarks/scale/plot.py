"""The plot of throughput by replicas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.lib import figure


def plot(result: dict[str, Any], path: Path) -> None:
    """Items/s against replicas, beside linear growth from one."""
    drawn = figure.new(6, 4.5)
    axes = drawn.subplots()
    replicas = [p["replicas"] for p in result["points"]]
    items = [p["items_per_s"] for p in result["points"]]
    low, high = ([abs(p["range"][n] - p["items_per_s"]) for p in result["points"]] for n in (0, 1))
    axes.errorbar(replicas, items, yerr=[low, high], marker="o", capsize=3, label="measured")
    axes.plot(replicas, [items[0] * n for n in replicas], color="grey", linestyle=":", label="linear")
    ideal = result["ideal_items_per_s_per_replica"]
    axes.plot(replicas, [ideal * n for n in replicas], color="grey", linestyle="--", label="the waits alone")
    axes.set_xticks(replicas)
    figure.name(axes, "replicas a stage", "items/s", "throughput on fakes")
    axes.legend(fontsize="small")
    figure.save(drawn, path)
