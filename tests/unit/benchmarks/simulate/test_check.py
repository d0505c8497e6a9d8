"""The comparison with a real run, on a run that was written down by hand."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.autoscale.arms import FAKES
from benchmarks.autoscale.load import LASTS_S
from benchmarks.simulate import check


def replicas(arm: str, changes: dict[float, tuple[int, int, int]]) -> list[dict[str, Any]]:
    """Rows of every stage each second; changes: (target, running, present) from a time on."""
    rows, now = [], (1, 1, 1)
    for second in range(int(LASTS_S) + 1):
        now = changes.get(float(second), now)
        for fake in FAKES:
            target, running, present = now
            rows.append({"arm": arm, "at_s": float(second), "deployment": fake.deployment, "target": target,
                         "running": running, "present": present})  # fmt: skip
    return rows


def requests(arm: str, every_s: float, latency_ms: float) -> list[dict[str, Any]]:
    count = int(LASTS_S / every_s)
    return [
        {"arm": arm, "at_s": n * every_s, "latency_ms": latency_ms, "outcome": "ok", "degraded": "False"}
        for n in range(count)
    ]


def test_a_calm_run_is_simulated_as_it_was() -> None:
    waits_ms = sum(fake.wait_ms for fake in FAKES)
    compared = check.compare([*requests("stock", 1.0, waits_ms + 40), *replicas("stock", {})])
    arm = compared["arms"]["stock"]
    assert list(compared["arms"]) == ["stock"]
    assert arm["real"] == {"attainment": 1.0, "replica_seconds": pytest.approx(len(FAKES) * LASTS_S)}
    assert arm["overhead_s"] == pytest.approx(0.04)
    assert compared["error"] < 0.01


def test_a_run_that_went_otherwise_is_an_error() -> None:
    late = [*requests("stock", 1.0, 25_000.0), *requests("stock", 1.0, 1000.0)]
    compared = check.compare([*late, *replicas("stock", {})])
    assert compared["error"] > 0.5


def test_starts_and_stops_are_read_off_the_run() -> None:
    grown = {10.0: (3, 1, 3), 14.0: (3, 3, 3), 60.0: (1, 1, 3), 62.0: (1, 1, 1)}
    arm = check.compare([*requests("graph", 1.0, 2000.0), *replicas("graph", grown)])["arms"]["graph"]
    assert (arm["start_s"], arm["stop_s"]) == (4.0, 2.0)


def test_without_rows_there_is_no_error_to_tell() -> None:
    assert check.compare([]) == {"error": None, "arms": {}}
