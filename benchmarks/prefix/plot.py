"""The plot of the prefix cache."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.lib import figure


def plot(result: Mapping[str, Any], path: Path) -> None:
    """The shares of both groups of arms."""
    drawn = figure.new(10, 4)
    titles = ("4 categories x 1", f"4 categories x {result['candidates']}")
    for axes, title, arms in zip(drawn.subplots(1, 2), titles, (result["arms"], result["layouts"]), strict=True):
        bars = axes.bar([figure.wrapped(name) for name in arms], [arm["cached_share"] for arm in arms.values()])
        axes.bar_label(bars, fmt="{:.0%}")
        figure.name(axes, "", "share of prompt tokens", f"prompt tokens from the cache, {title}")
        axes.set_ylim(0, 1)
    figure.save(drawn, path)
