"""The plot of goodput far beyond the knee."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

from benchmarks.lib import figure


def plot(result: dict[str, Any], path: Path) -> None:
    """Offered rate against goodput, and against what becomes of the requests, with the gate and without."""
    drawn = figure.new(11, 4.5)
    goodput, fates = drawn.subplots(1, 2)
    for gate, label, colour in ((True, "with the gate", "tab:blue"), (False, "without", "tab:red")):
        steps = [{**s, "late_share": s["late"] / max(1, s["let_in"])} for s in result["curve"] if s["gate"] is gate]
        multiples = sorted({s["multiple"] for s in steps})
        for axes, key, style in (
            (goodput, "goodput_rps", "-"), (fates, "refused_share", "--"), (fates, "late_share", "-"),
        ):  # fmt: skip
            at = [statistics.median(s[key] for s in steps if s["multiple"] == m) for m in multiples]
            what = {"--": f"{label}: refused"}.get(
                style, label if axes is goodput else f"{label}: late, of those let in"
            )
            axes.plot(multiples, at, style, marker="o", color=colour, label=what)
    goodput.axhline(result["knee_rps"], color="grey", linewidth=0.8, label=f"knee {result['knee_rps']:.3g}/s")
    figure.name(goodput, "offered, multiples of the knee", "whole decisions within the budget, a second", "goodput")
    figure.name(fates, "offered, multiples of the knee", "share", "refused and late requests")
    for axes in (goodput, fates):
        axes.set_xscale("log", base=2)
        figure.log_ticks(axes.xaxis)
        axes.set_ylim(bottom=0)
        axes.legend(fontsize="small")
    figure.save(drawn, path)
