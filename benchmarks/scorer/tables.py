"""The tables of the scorer's benchmark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group
from rich.table import Table

DEVICES = {"device_model": "device model (stated cost)", "real": "the shipped model here"}


def table(result: Mapping[str, Any]) -> Group:
    """One table a device."""
    return Group(*(_table(title, result[name]) for name, title in DEVICES.items()))


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
