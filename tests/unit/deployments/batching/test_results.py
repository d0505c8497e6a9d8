"""The cost of a call from the figures of its batches."""

from __future__ import annotations

from deployments.batching.results import Batched, BatcherStats, usage
from deployments.types import Usage


def answer(batch: int, *, tokens: int = 5, queue_ms: float = 0.0, compute_ms: float = 10.0, size: int = 4) -> Batched:
    return Batched("x", tokens, batch, size, 0.9, queue_ms, compute_ms)


def test_a_batch_counts_once_however_many_entries_of_the_call_it_held() -> None:
    cost = usage([answer(1), answer(1), answer(2, compute_ms=7.0)])
    assert cost.compute_ms == 17.0
    assert cost.prompt_tokens == 15


def test_the_wait_is_the_longest_and_the_batch_the_largest() -> None:
    cost = usage([answer(1, queue_ms=3.0, size=9), answer(2, queue_ms=8.0, size=2)])
    assert (cost.queue_ms, cost.batch_size) == (8.0, 9)


def test_a_call_without_entries_costs_nothing() -> None:
    assert usage([]) == Usage()


def test_computed_batches_add_up() -> None:
    stats = BatcherStats()
    stats.ran(entries=3, tokens=30, padded_tokens=36, seconds=0.5)
    stats.ran(entries=1, tokens=10, padded_tokens=10, seconds=0.25)
    assert (stats.batches, stats.entries, stats.tokens, stats.padded_tokens) == (2, 4, 40, 46)
    assert stats.compute_s == 0.75
    assert (BatcherStats().padding, stats.padding) == (1.0, 46 / 40)
    assert (stats.cancelled, stats.expired, stats.failed, stats.refused) == (0, 0, 0, 0)


def test_the_counters_can_be_read() -> None:
    stats = BatcherStats(refused=1, expired=2, cancelled=3, failed=4, retried_batches=5)
    stats.ran(entries=3, tokens=30, padded_tokens=36, seconds=0.5)
    read = {(r.metric, *r.tags.values()): r.value for r in stats.readings()}
    assert read == {
        ("batcher_batches_total", "computed"): 1, ("batcher_batches_total", "retried"): 5,
        ("batcher_entries_total", "computed"): 3, ("batcher_entries_total", "refused"): 1,
        ("batcher_entries_total", "expired"): 2, ("batcher_entries_total", "cancelled"): 3,
        ("batcher_entries_total", "failed"): 4,
        ("batcher_tokens_total", "entries"): 30, ("batcher_tokens_total", "padding"): 6,
    }  # fmt: skip
