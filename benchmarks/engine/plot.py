"""The plot of the engine benchmark: rates, and where CPU time goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib import colormaps
from matplotlib.ticker import MaxNLocator

from benchmarks.lib import figure


def plot(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Rates round by round, and where the CPU time of a candidate goes."""
    drawn = figure.new(10, 4)
    rates, costs = drawn.subplots(1, 2)
    sides = {name: [r for r in rows if r["side"] == name and str(r["round"]).isdigit()] for name in ("bare", "graph")}
    for name, mine in sides.items():
        rates.plot([int(r["round"]) for r in mine], [r["candidates"] / r["seconds"] for r in mine], "o-", label=name)
    rates.set_ylim(0, 1.1 * rates.get_ylim()[1])
    figure.name(rates, "round", "candidates/s", "candidates/s in each round")
    rates.xaxis.set_major_locator(MaxNLocator(integer=True))
    rates.legend()
    kinds = list(dict.fromkeys(k for mine in sides.values() for r in mine for k in r if k.startswith("cpu_s_")))
    bottom = dict.fromkeys(sides, 0.0)
    for n, kind in enumerate(kinds):
        heights = {
            name: 1000 * sum(r.get(kind, 0.0) for r in mine) / max(1, sum(r["candidates"] for r in mine))
            for name, mine in sides.items()
        }
        costs.bar(
            list(sides), list(heights.values()), 0.6, list(bottom.values()),
            label=kind.removeprefix("cpu_s_"), color=colormaps["tab20"](n % 20),
        )  # fmt: skip
        bottom = {name: bottom[name] + heights[name] for name in sides}
    figure.name(costs, "", "ms", "CPU time of a candidate")
    costs.legend(fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5))
    figure.save(drawn, path)
