"""The plot of the batcher beside its alternatives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.lib import figure
from benchmarks.scorer.tables import DEVICES


def plot(result: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Rates at saturation, and the latencies at 70% load as curves; left the device model, right the real one."""
    drawn = figure.new(12, 8)
    axes = drawn.subplots(2, 2)
    for column, (device, title) in enumerate(DEVICES.items()):
        mine = [row for row in rows if row["device"] == device]
        _rates(axes[0][column], result[device], [r for r in mine if r.get("latency_ms") is None], title)
        _latencies(axes[1][column], result[device], [r for r in mine if r.get("latency_ms") is not None], title)
    figure.save(drawn, path)


def _rates(axes: Any, result: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], title: str) -> None:
    rates = {name: full["copies_per_s"] for name, full in result["saturated"].items()}
    shown = sorted(rates, key=lambda name: rates[name])
    axes.barh([figure.wrapped(name) for name in shown], [rates[name] for name in shown], alpha=0.6)
    for place, variant in enumerate(shown):
        rounds = [row["copies_per_s"] for row in rows if row["variant"] == variant]
        axes.plot(rounds, [place] * len(rounds), "k|", markersize=14)
    figure.name(axes, "copies/s; a mark is a round", "", f"at saturation, {title}")


def _latencies(axes: Any, result: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], title: str) -> None:
    for variant in dict.fromkeys(row["variant"] for row in rows):
        waited = np.sort([row["latency_ms"] for row in rows if row["variant"] == variant])
        offered = result["at_load"][variant]["offered_copies_per_s"]
        label = f"{variant.replace('_', ' ')}, {offered:.0f} copies/s"
        axes.plot(waited, np.linspace(0, 100, len(waited)), label=label)
    axes.set_xscale("log")
    figure.log_ticks(axes.xaxis)
    figure.name(
        axes, "ms from the intended time of sending", "% of calls answered", f"at 70% of the named rate, {title}"
    )
    # Below the axes: inside, it hides one curve or another.
    axes.legend(fontsize="small", loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=2)
