"""The plot of what callers saw around each fault."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.lib import figure
from benchmarks.lib.over_time import draw

_COLUMNS: Final = 3


def plot(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Requests a second by their fate, a panel for each config and fault, with a line where the fault struck."""
    panels = list(dict.fromkeys((row["config"], row["fault"]) for row in rows))
    if not panels:
        return
    lines = -(-len(panels) // _COLUMNS)
    drawn = figure.new(4.2 * _COLUMNS, 2.6 * lines)
    grid = list(drawn.subplots(lines, _COLUMNS, squeeze=False).flat)
    for axes, (config, fault) in zip(grid, panels, strict=False):
        mine = [row for row in rows if (row["config"], row["fault"]) == (config, fault)]
        span_s = max(row["at_s"] for row in mine) - min(row["at_s"] for row in mine)
        draw(axes, mine, max(1.0, 20 * span_s / max(1, len(mine))) if len(mine) < 20 * span_s else 1.0)
        axes.axvline(0.0, color="black", linewidth=0.8, linestyle="--")
        axes.set_ylim(bottom=0)
        figure.name(axes, "seconds from the fault", "requests/s", f"{config}: {fault}")
    for axes in grid[len(panels) :]:
        axes.set_visible(False)
    drawn.axes[0].legend(fontsize="x-small")
    figure.save(drawn, path)
