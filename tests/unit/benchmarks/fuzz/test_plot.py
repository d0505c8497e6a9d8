"""The plot of a fuzz."""

from __future__ import annotations

from pathlib import Path

from benchmarks.fuzz.plot import plot


def test_every_kind_has_a_box(tmp_path: Path) -> None:
    rows = [{"protocol": p, "kind": k, "wall_ms": float(n)} for p in ("http", "grpc") for k in "ab" for n in range(9)]
    plot(rows, tmp_path / "fuzz.png")
    assert (tmp_path / "fuzz.png").stat().st_size > 5_000
