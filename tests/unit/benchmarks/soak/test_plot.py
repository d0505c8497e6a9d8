"""The plot of a soak."""

from __future__ import annotations

from pathlib import Path

from benchmarks.soak.plot import plot
from tests.unit.benchmarks.soak.test_measure import results


def test_the_plot_is_written(tmp_path: Path) -> None:
    rows = [{"at_s": float(n), "fate": "good" if n % 7 else "refused"} for n in range(100)]
    plot(results(), rows, tmp_path / "soak.png")
    assert (tmp_path / "soak.png").stat().st_size > 5_000
