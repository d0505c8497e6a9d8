"""The plot of a locust run."""

from __future__ import annotations

from pathlib import Path

from benchmarks.locust.plot import plot


def test_the_plot_is_written(tmp_path: Path) -> None:
    rows = [
        {"at_s": at, "protocol": protocol, "rps": 3.5, "p50_ms": 12.0, "p99_ms": 40.0}
        for at in range(3)
        for protocol in ("grpc", "http")
    ]
    plot({"users": 4}, rows, tmp_path / "locust.png")
    assert (tmp_path / "locust.png").stat().st_size > 5000
