"""The plot of rates and kills."""

from __future__ import annotations

from pathlib import Path

from benchmarks.bulk.plot import plot


def test_the_plot_is_written(tmp_path: Path) -> None:
    result = {"online": {"items_per_s": 1.0}, "bulk": {"items_per_s": 1.4}}
    plot(result, [{"kill": 1, "rows": 10}, {"kill": 2, "rows": 30}], tmp_path / "results" / "bulk.png")
    assert (tmp_path / "results" / "bulk.png").stat().st_size > 1000
