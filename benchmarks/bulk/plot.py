"""The plot of the bulk benchmark: both rates, and how far a job came between its kills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.lib import figure


def plot(result: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Rates as bars; the rows done after each kill as steps."""
    drawn = figure.new(10, 4)
    rates, kills = drawn.subplots(1, 2)
    arms = ("online", "bulk")
    bars = rates.bar(arms, [result[arm]["items_per_s"] for arm in arms])
    rates.bar_label(bars, fmt="{:.2f}")
    figure.name(rates, "", "items/s", "the same items, demo models")
    kills.step([row["kill"] for row in rows], [row["rows"] for row in rows], where="post")
    figure.name(kills, "kill", "items with an answer", f"{len(rows)} kills, on fakes")
    figure.save(drawn, path)
