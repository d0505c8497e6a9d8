"""The plot of the tax."""

from __future__ import annotations

from pathlib import Path

from benchmarks.tax import measure as tax
from benchmarks.tax.plot import plot
from tests.unit.benchmarks.tax.test_measure import PLAN, tax_rows


def test_the_plot_is_written(tmp_path: Path) -> None:
    rows = [*tax_rows("grpc", 1.0), *tax_rows("http", 3.0)]
    plot(tax.result(rows, PLAN), rows, tmp_path / "tax.png")
    assert (tmp_path / "tax.png").stat().st_size > 5000
