"""Every variant computes every copy under the same limits, at saturation and at set times."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from benchmarks.scorer.load import Workload, lengths, offer, saturate, summary
from benchmarks.scorer.variants import (
    DeviceModel,
    Meter,
    OneByOne,
    OurBatcher,
    Ran,
    Row,
    ServeBatch,
    ServeBatchSettings,
    Variant,
    replica_context,
)
from deployments.batching import BatchLimits

LIMITS = BatchLimits(max_batch_tokens=400, max_batch_items=10, max_queue=100_000)
FAST = DeviceModel(launch_us=200, ns_per_token=100)
MAKERS: dict[str, Callable[[Meter], Variant]] = {
    "batcher": lambda meter: OurBatcher(meter, LIMITS),
    "serve_batch counting tokens": lambda meter: ServeBatch(meter, LIMITS, 96, ServeBatchSettings(True, 0.001)),
    "serve_batch counting copies": lambda meter: ServeBatch(meter, LIMITS, 96, ServeBatchSettings(False, 0.001)),
    "one by one": OneByOne,
}


def test_lengths_are_mixed_bounded_and_always_the_same() -> None:
    drawn = lengths(4000, 96)
    assert drawn == lengths(4000, 96)
    assert (min(drawn), max(drawn)) == (6, 96)
    assert 22 <= sorted(drawn)[2000] <= 26


@pytest.mark.parametrize("name", MAKERS)
def test_a_variant_keeps_the_limits_and_is_measured_at_saturation_and_at_set_times(name: str) -> None:
    work = Workload(FAST.rows(lengths(512, 96)), 4)
    with replica_context():
        meter = Meter(FAST)
        saturated = asyncio.run(saturate(MAKERS[name](meter), meter, work, outstanding=64, warm_s=0.05, seconds=0.2))
        assert all(r.items == 1 or (r.items <= 10 and r.padded <= 400) for r in meter.ran)
        assert saturated.copies_per_s > 0
        assert 0 < saturated.padding_efficiency <= 1
        assert 0 < saturated.busy <= 1
        meter = Meter(FAST)
        load = asyncio.run(offer(MAKERS[name](meter), meter, work, copies_per_s=400, warm_s=0.05, seconds=0.3, seed=0))
    assert 0 < load.p50_ms <= load.p99_ms
    assert load.calls > 0
    assert sum(r.items for r in meter.ran) >= 4 * load.calls


def test_a_summary_is_of_the_time_and_tokens_of_its_forwards() -> None:
    ran = [Ran(1.0, 1.4, 2, 30, 40), Ran(1.5, 2.0, 4, 70, 80)]
    saturated = summary(ran, since_s=1.0, mean_tokens=10)
    assert saturated.copies_per_s == pytest.approx(10)  # 100 tokens of 10-token copies in 1 s
    assert (saturated.mean_batch, saturated.padding_efficiency) == (3, pytest.approx(100 / 120))
    assert (saturated.busy, saturated.gap_us) == (pytest.approx(0.9), pytest.approx(1e5))


def test_a_variant_that_fails_is_not_measured() -> None:
    class Broken(DeviceModel):
        def forward(self, rows: Sequence[Row]) -> Sequence[Any]:
            raise ValueError("no device")

    meter = Meter(Broken())
    work = Workload(FAST.rows(lengths(64, 96)), 4)
    with pytest.raises(ValueError, match="no device"):
        asyncio.run(saturate(OneByOne(meter), meter, work, outstanding=8, warm_s=5, seconds=5))
