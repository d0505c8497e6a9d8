"""The plot of both groups of arms."""

from __future__ import annotations

from pathlib import Path

from benchmarks.prefix.measure import Run, summary
from benchmarks.prefix.plot import plot


def test_the_plot_is_written(tmp_path: Path) -> None:
    arms = summary({"first": [Run(1.0, 0.5, 200, 100)] * 2})
    plot({"arms": arms, "layouts": arms, "candidates": 2}, tmp_path / "results" / "prefix.png")
    assert (tmp_path / "results" / "prefix.png").stat().st_size > 1000
