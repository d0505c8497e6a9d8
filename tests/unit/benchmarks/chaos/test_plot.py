"""The plot of the faults."""

from __future__ import annotations

from pathlib import Path

from benchmarks.chaos.plot import plot


def test_every_fault_has_a_panel(tmp_path: Path) -> None:
    rows = [
        {"config": "fake", "fault": fault, "at_s": at / 2, "fate": "lost" if at > 0 else "good"}
        for fault in ("router", "generator", "proxy", "node")
        for at in range(-8, 20)
    ]
    plot(rows, tmp_path / "chaos.png")
    assert (tmp_path / "chaos.png").stat().st_size > 10_000


def test_without_rows_there_is_no_plot(tmp_path: Path) -> None:
    plot([], tmp_path / "chaos.png")
    assert not (tmp_path / "chaos.png").exists()
