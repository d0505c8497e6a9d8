from __future__ import annotations

from pathlib import Path

from benchmarks.autoscale.plot import plot
from tests.unit.benchmarks.autoscale.rows import replicas, requests


def test_the_plot_is_written(tmp_path: Path) -> None:
    rows = [row for arm in ("stock", "graph") for row in (*requests(arm, 1.0, 9.0), *replicas(arm, (0, 1), (20, 4)))]
    plot({"base_rps": 2.0}, rows, tmp_path / "autoscale.png")
    assert (tmp_path / "autoscale.png").stat().st_size > 5000
