"""What people read of the scorer's benchmark: a table, and a picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Group
from rich.table import Table

_DEVICES = {"device_model": "device model (stated cost)", "real": "the shipped model here"}


def table(found: Mapping[str, Any]) -> Group:
    """One table a device."""
    return Group(*(_table(title, found[name]) for name, title in _DEVICES.items()))


def _table(title: str, device: Mapping[str, Any]) -> Table:
    ratios = ", ".join(f"{name.replace('_', ' ')} {device[name]:.2f}" for name in device if "ratio" in name)
    made = Table(title=f"{title}: {ratios}", title_justify="left")
    for column in ("variant", "copies/s", "mean batch", "padding efficiency", "busy", "gap us", "p50 ms", "p99 ms"):
        made.add_column(column, justify="left" if column == "variant" else "right")
    for name in dict.fromkeys([*device["saturated"], *device["at_load"]]):
        full, load = device["saturated"].get(name), device["at_load"].get(name)
        made.add_row(
            name,
            *((f"{full['copies_per_s']:.0f}", f"{full['mean_batch']:.1f}", f"{full['padding_efficiency']:.2f}",
               f"{full['busy']:.2f}", f"{full['gap_us']:.0f}") if full else ("",) * 5),
            *((f"{load['p50_ms']:.1f}", f"{load['p99_ms']:.1f}") if load else ("", "")),
        )  # fmt: skip
    return made


def plot(found: Mapping[str, Any], measured: Mapping[str, Any], path: Path) -> None:
    """Rates at saturation, and the latencies at 70% load as curves; left the device model, right the real one."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - only a picture needs it

    figure = Figure(figsize=(12, 8), layout="constrained")
    axes = figure.subplots(2, 2)
    for column, (name, title) in enumerate(_DEVICES.items()):
        rates, load = axes[0][column], axes[1][column]
        runs = measured[name].saturated
        shown = sorted(runs, key=lambda v: found[name]["saturated"][v]["copies_per_s"])
        rates.barh(shown, [found[name]["saturated"][v]["copies_per_s"] for v in shown], alpha=0.6)
        for row, variant in enumerate(shown):
            rates.plot([run.copies_per_s for run in runs[variant]], [row] * len(runs[variant]), "k|", markersize=14)
        rates.set_title(f"{title}: copies/s at saturation, a mark a round")
        for variant, loads in measured[name].latencies.items():
            waited = np.sort(np.concatenate([one.raw_ms for one in loads]))
            offered = found[name]["at_load"][variant]["offered_copies_per_s"]
            load.plot(waited, np.linspace(0, 100, len(waited)), label=f"{variant}, {offered:.0f} copies/s")
        load.set_xscale("log")
        load.set_xlabel("ms from the intended time of sending")
        load.set_ylabel("% of calls answered")
        load.set_title("at 70% of the named rate")
        load.legend(fontsize="small")
        load.grid(alpha=0.3)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
