"""The plot of a simulated day: the rate, the GPUs in use under both policies, and what was late or refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.lib import figure

_COLOURS = {"stock": "tab:red", "graph": "tab:blue"}


def plot(result: dict[str, Any], path: Path) -> None:
    """By the hour above; below, attainment and GPU hours by the size of the fleet."""
    drawn: Any = figure.new(11, 8)
    (rate, gpus), (attainment, hours) = drawn.subplots(2, 2)
    day = result["day"]
    clock = [minute / 60 for minute in day["minute"]]
    rate.plot(clock, day["rps"], color="grey")
    figure.name(rate, "hour", "requests/s", f"a day on {result['gpus']} GPUs")
    for name, colour in _COLOURS.items():
        gpus.step(clock, day[name], where="post", color=colour, label=name)
        sizes = [each["gpus"] for each in result["fleets"]]
        late = [100 * (1 - each[name]["slo_attainment"]) for each in result["fleets"]]
        attainment.plot(sizes, late, "o-", color=colour, label=name)
        used = [each[name]["gpu_hours"] / (24 * each["gpus"]) for each in result["fleets"]]
        hours.plot(sizes, used, "o-", color=colour, label=name)
    figure.name(gpus, "hour", "GPUs held", "")
    figure.name(attainment, "GPUs", "% late or refused", "")
    figure.name(hours, "GPUs", "share of the fleet's GPU hours", "")
    for axes in (attainment, hours):
        axes.set_xscale("log")
        figure.log_ticks(axes.xaxis)
    for axes in (gpus, attainment, hours):
        axes.legend(fontsize="small")
    figure.save(drawn, path)
