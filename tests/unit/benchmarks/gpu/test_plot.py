"""The plot of the encoder step."""

from __future__ import annotations

from pathlib import Path

from benchmarks.gpu.plot import plot


def test_the_plot_is_written_where_the_step_ran(tmp_path: Path) -> None:
    shapes = {"1x32": {"eager_ms": 4.0, "graphs_ms": 0.6}}
    plot({"card": {"name": "a card"}, "encoder": {"shapes": shapes}}, tmp_path / "gpu.png")
    assert (tmp_path / "gpu.png").stat().st_size > 5000
    plot({"encoder": {"failed": "exit code 1"}}, tmp_path / "none.png")
    assert not (tmp_path / "none.png").exists()
