"""The stated device, and the ideal loop under the limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from benchmarks.scorer.load import lengths
from benchmarks.scorer.variants import (
    DeviceModel,
    Row,
    ideal,
)
from deployments.batching import BatchLimits

LIMITS = BatchLimits(max_batch_tokens=400, max_batch_items=10, max_queue=100_000)
FAST = DeviceModel(launch_us=200, ns_per_token=100)


def test_a_device_model_takes_its_stated_time() -> None:
    device = DeviceModel(launch_us=1000, ns_per_token=600)
    assert device.seconds(device.rows([10, 40])) == pytest.approx(1e-3 + 80 * 600e-9)


def test_the_ideal_loop_computes_every_copy_once_within_the_limits() -> None:
    seen: list[Row] = []

    class Noting(DeviceModel):
        def forward(self, rows: Sequence[Row]) -> Sequence[Any]:
            seen.extend(rows)
            return rows

    rows = FAST.rows(lengths(300, 96))
    ran = ideal(Noting(), rows, LIMITS).ran
    assert sorted(map(id, seen)) == sorted(map(id, rows))
    assert all(r.items <= 10 and r.padded <= 400 for r in ran)
