"""The report of the variants adds up, and can be drawn."""

from __future__ import annotations

from pathlib import Path

from benchmarks.scorer.measure import Plan, measure, raw_rows, report
from benchmarks.scorer.plot import plot
from benchmarks.scorer.variants import (
    DeviceModel,
    replica_context,
)
from deployments.batching import BatchLimits

LIMITS = BatchLimits(max_batch_tokens=400, max_batch_items=10, max_queue=100_000)
FAST = DeviceModel(launch_us=200, ns_per_token=100)


def test_the_report_has_the_ratios_and_where_they_come_from(tmp_path: Path) -> None:
    plan = Plan(
        FAST, longest=96, copies_per_call=4, outstanding=64, repeats=1, seconds=0.1, warm_s=0.02, waits_s=(0.0,)
    )
    steps: list[int] = []
    with replica_context():
        measured = measure(plan, LIMITS, lambda: steps.append(1))
    assert len(steps) == plan.steps
    result = report({"device_model": measured, "real": measured})
    for ratio in ("ratio_to_ideal", "ratio_to_serve_batch", "ratio_to_unbatched", "p99_ratio_to_serve_batch"):
        low, high = result["device_model"]["spread"][ratio]
        assert 0 < low <= result["device_model"][ratio] <= high
    assert result["device_model"]["ratio_to_unbatched"] > 1
    assert result["mean_batch"] == result["device_model"]["saturated"]["batcher"]["mean_batch"]
    rows = list(raw_rows({"device_model": measured}))
    assert {row["variant"] for row in rows} >= {"batcher", "serve_batch", "ideal", "unbatched"}
    assert any("latency_ms" in row for row in rows)
    plot(
        {**result, "real": result["device_model"]},
        [*rows, *({**row, "device": "real"} for row in rows)],
        tmp_path / "scorer.png",
    )
    assert (tmp_path / "scorer.png").stat().st_size > 5000
