"""The plot of goodput beyond the knee."""

from __future__ import annotations

from pathlib import Path

from benchmarks.overload import measure
from benchmarks.overload.plot import plot
from tests.unit.benchmarks.overload.test_measure import PLAN, steps


def test_the_plot_is_written(tmp_path: Path) -> None:
    plot(measure.result(PLAN, 10.0, steps()), tmp_path / "overload.png")
    assert (tmp_path / "overload.png").stat().st_size > 5000
