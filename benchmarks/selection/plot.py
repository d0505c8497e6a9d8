"""The plot of a selection replay."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.lib import figure

Row = dict[str, Any]


def plot(report: Row, path: Path) -> None:
    """Plot the curves with their 95% intervals, in the format of the suffix. Raises OSError, ValueError."""
    drawn = figure.new(11, 8)
    (caution, margin), (few, many) = drawn.subplots(2, 2)
    _line(caution, report["caution_curve"], "caution", "ctr_gain", "CTR gain over the mean arm")
    _line(margin, report["margin_curve"], "margin", "ctr_gain", "CTR gain over the incumbent")
    _line(margin, report["margin_curve"], "margin", "replaced", "incumbents replaced")
    n_curve, pool = report["n_curve"]["cautious"], report["pool_curve"]
    for axes, curve in ((few, n_curve), (many, pool["cautious"])):
        _line(axes, curve, "n", "claimed", "wins claimed")
        _line(axes, curve, "n", "observed", "wins observed")
    _line(many, pool["tampered"], "n", "hacked", "hacked picks with tampered copies in the pool")
    _line(many, pool["tampered_undefended"], "n", "hacked", "the same, by the heads alone")
    sizes = [row["n"] for row in pool["cautious"]]
    many.set_xscale("log", base=2)
    many.set_xticks(sizes, [f"{n}" for n in sizes])
    few.set_xticks([row["n"] for row in n_curve])
    figure.name(caution, "caution", "share", "a pick among all arms of a test")
    figure.name(margin, "margin", "share", "a random arm is the incumbent")
    figure.name(few, "n", "share", "best of n arms of a test")
    figure.name(many, "n", "share", "best of n copies of all tests")
    for axes in (caution, margin, few, many):
        axes.legend(fontsize="small")
    figure.save(drawn, path)


def _line(axes: Any, rows: Sequence[Row], x: str, y: str, label: str) -> None:
    measured = [r for r in rows if r[y]["value"] is not None]
    at = [r[x] for r in measured]
    axes.plot(at, [r[y]["value"] for r in measured], marker="o", label=label)
    axes.fill_between(at, [r[y]["interval"][0] for r in measured], [r[y]["interval"][1] for r in measured], alpha=0.15)
