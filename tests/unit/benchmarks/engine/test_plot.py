"""The plot of the rounds."""

from __future__ import annotations

from pathlib import Path

from benchmarks.engine.plot import plot
from tests.unit.benchmarks.engine.test_rounds import a_round


def test_the_plot_is_written(tmp_path: Path) -> None:
    rows = [
        {"round": "0", "side": "graph", **a_round(2.0, engine=1.0, ray=0.5).row()},
        {"round": "0", "side": "bare", **a_round(1.0, engine=1.0).row()},
        {"round": "alone", "side": "bare", **a_round(1.0).row()},
    ]
    plot(rows, tmp_path / "results" / "engine.png")
    assert (tmp_path / "results" / "engine.png").stat().st_size > 1000
