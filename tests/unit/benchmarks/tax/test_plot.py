"""The plot of the tax."""

from __future__ import annotations

from pathlib import Path

from benchmarks.tax.plot import plot
from tests.unit.benchmarks.tax.rows import tax_rows


def test_the_plot_is_written(tmp_path: Path) -> None:
    plot(tax_rows(), tmp_path / "tax.png")
    assert (tmp_path / "tax.png").stat().st_size > 5000
