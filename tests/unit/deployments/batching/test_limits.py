"""Bounds of the batcher that an operator may not set."""

from __future__ import annotations

import pytest

from deployments.batching import BatchLimits
from deployments.errors import Misconfigured
from deployments.settings import parse


@pytest.mark.parametrize(
    "impossible",
    [
        {"max_batch_tokens": 0},
        {"max_batch_items": 0},
        {"max_queue": 0},
        {"backfill_queue_share": 0},
        {"backfill_queue_share": 1.1},
        {"backfill_every": 1},
        {"lookahead": 0.5},
    ],
)
def test_a_batcher_that_could_never_work_is_refused_by_name(impossible: dict[str, float]) -> None:
    with pytest.raises(Misconfigured, match=f"batching: {next(iter(impossible))}: "):
        parse(BatchLimits, impossible, "batching")


def test_the_smallest_batcher_is_possible() -> None:
    smallest = {"max_batch_tokens": 1, "max_batch_items": 1, "max_queue": 1, "backfill_queue_share": 1, "lookahead": 1}
    assert parse(BatchLimits, smallest | {"backfill_every": 2}, "batching").lookahead == 1
