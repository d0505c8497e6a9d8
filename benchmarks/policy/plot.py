"""The plot of the copy checks: what they block of the bad copies and of the clean ones, by rule and by language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.lib import figure

Row = dict[str, Any]
_HEIGHT = 0.4


def plot(result: Row, path: Path) -> None:
    """Plot bars, in the format of the suffix. Raises OSError, ValueError."""
    drawn = figure.new(12, 7)
    rules, languages = drawn.subplots(1, 2)
    _bars(rules, result["by_rule"], "rule that the case is about")
    _bars(languages, result["by_language"], "language")
    rules.legend(loc="lower left", fontsize="small")
    figure.save(drawn, path)


def _bars(axes: Any, rates: dict[str, Row], title: str) -> None:
    names = list(rates)
    for offset, key, label in ((-_HEIGHT / 2, "recall", "bad copies"), (_HEIGHT / 2, "false_blocks", "clean copies")):
        measured = [(at + offset, rates[name][key]) for at, name in enumerate(names) if rates[name][key] is not None]
        axes.barh([at for at, _ in measured], [share for _, share in measured], _HEIGHT, label=label)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    figure.name(axes, "share that is blocked", "", title)
