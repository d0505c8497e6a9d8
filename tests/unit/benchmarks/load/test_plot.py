"""The plot of a sweep."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.load import measure as load
from benchmarks.load.plot import plot
from tests.unit.benchmarks.load.test_measure import load_point


@pytest.mark.parametrize("good", [1.0, 0.0])
def test_the_plot_is_written_with_a_knee_and_without(tmp_path: Path, good: float) -> None:
    plan = load.Plan("grpc", "poisson", False, (), 4.0, 500.0, None, 9.0, 3, 200.0, 0)
    points = [load_point(10, good), load_point(20, good / 2)]
    plot(load.result(plan, 400.0, {"p50_ms": 133.3}, points, [], []), tmp_path / "load.png")
    assert (tmp_path / "load.png").stat().st_size > 5000
