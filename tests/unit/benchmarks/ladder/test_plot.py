"""The plot of the ladder's curve."""

from __future__ import annotations

from pathlib import Path

from benchmarks.ladder.plot import plot


def test_the_plot_is_written(tmp_path: Path) -> None:
    rows = [{"categories": 4, "candidates": 2, "capacity": c, "fit": 0.5, "sent": 0.9, "reward": 0.1} for c in (1.0, 2)]
    plot({"steps": rows}, tmp_path / "ladder.png")
    assert (tmp_path / "ladder.png").stat().st_size > 5000
