"""The plot of throughput by replicas."""

from __future__ import annotations

from pathlib import Path

from benchmarks.scale import measure as scale
from benchmarks.scale.plot import plot


def test_the_plot_is_written(tmp_path: Path) -> None:
    rows = [
        {"replicas": n, "items_per_s": 4.0 * n, "machine_busy": 0.2, "app_cpus": 0.4, "degraded": 0} for n in (1, 2, 4)
    ]
    plot(scale.result(rows, scale.waits(250), ongoing=2), tmp_path / "scale.png")
    assert (tmp_path / "scale.png").stat().st_size > 5000
