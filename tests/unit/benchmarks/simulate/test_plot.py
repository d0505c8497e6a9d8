"""The plot of a simulated day."""

from __future__ import annotations

from pathlib import Path

from benchmarks.simulate.plot import plot


def test_the_plot_is_written(tmp_path: Path) -> None:
    figures = {"slo_attainment": 0.99, "gpu_hours": 60.0}
    fleets = [{"gpus": n, "graph": figures, "stock": figures} for n in (3, 10)]
    day = {"minute": [0, 2], "rps": [1.0, 2.0], "graph": [3.0, 4.0], "stock": [3.0, 3.0]}
    plot({"gpus": 10, "fleets": fleets, "day": day}, tmp_path / "simulate.png")
    assert (tmp_path / "simulate.png").stat().st_size > 5000
