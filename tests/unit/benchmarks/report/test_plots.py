"""Plots are drawn again from what is kept."""

from __future__ import annotations

from pathlib import Path

from benchmarks.report.plots import FROM_RESULT, FROM_ROWS, draw
from benchmarks.report.subjects import SUBJECTS


def test_every_subject_can_be_drawn() -> None:
    assert {*FROM_RESULT, *FROM_ROWS} == set(SUBJECTS)


def test_a_result_without_its_raw_rows_keeps_its_plot(tmp_path: Path) -> None:
    arms = {"first": {"cached_share": 0.5}}
    results = {"prefix": {"arms": arms, "layouts": arms, "candidates": 2}, "tax": {}, "own": {}}
    assert draw(results, tmp_path) == ["prefix"]
    assert (tmp_path / "prefix.png").stat().st_size > 1000
