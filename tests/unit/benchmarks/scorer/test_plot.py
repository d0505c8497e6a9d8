"""The plot of the scorer's benchmark."""

from __future__ import annotations

from pathlib import Path

from benchmarks.scorer.plot import plot
from tests.unit.benchmarks.scorer.stated import RESULT, ROWS


def test_the_plot_is_written(tmp_path: Path) -> None:
    plot(RESULT, ROWS, tmp_path / "scorer.png")
    assert (tmp_path / "scorer.png").stat().st_size > 5000
