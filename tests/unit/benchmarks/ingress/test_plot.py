"""The plot of both modes."""

from __future__ import annotations

from pathlib import Path

from benchmarks.ingress import measure as ingress
from benchmarks.ingress.plot import plot
from tests.unit.benchmarks.ingress.test_measure import rows


def test_the_plot_is_written(tmp_path: Path) -> None:
    plot(
        {**ingress.result(rows(ms=0.5, rps=3.0)), "concurrency": list(ingress.CONCURRENCY)},
        tmp_path / "results" / "ingress.png",
    )
    assert (tmp_path / "results" / "ingress.png").stat().st_size > 1000
