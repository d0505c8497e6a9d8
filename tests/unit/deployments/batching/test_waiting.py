"""The queue as the batcher's callers see it: lanes, admission, and the batch prepared ahead."""

from __future__ import annotations

import asyncio
import time

import pytest

from deployments.batching import Work
from deployments.batching.cost import BatchCost
from deployments.errors import Overloaded
from deployments.types import Priority
from tests.unit.deployments.batching.fake_device import Device, call, queued, started, works


async def test_realtime_leads_backfill_and_the_earliest_deadline_leads_its_lane() -> None:
    device = Device()
    batcher = await started(device, max_batch_items=1)
    first = await device.busy(batcher)
    waiting = [
        asyncio.create_task(batcher.submit([Work(name, 7)], call(s, lane)))
        for name, s, lane in (
            (101, 5, Priority.BACKFILL),
            (102, 30, Priority.REALTIME),
            (103, 20, Priority.REALTIME),
        )
    ]
    await queued(batcher, 3)
    device.free.set()
    await asyncio.gather(first, *waiting)
    assert device.batches == [[1], [103], [102], [101]]
    await batcher.stop()


async def test_backfill_is_not_starved_by_a_full_realtime_lane() -> None:
    device = Device()
    batcher = await started(device, max_batch_items=1, backfill_every=3)
    first = await device.busy(batcher)
    slow = asyncio.create_task(batcher.submit(works(99), call(priority=Priority.BACKFILL)))
    waiting = [asyncio.create_task(batcher.submit(works(n), call())) for n in range(2, 10)]
    await queued(batcher, 9)
    device.free.set()
    await asyncio.gather(first, slow, *waiting)
    assert device.batches.index([99]) <= 3
    await batcher.stop()


async def test_a_full_queue_refuses_the_whole_call_and_sheds_backfill_first() -> None:
    device = Device()
    batcher = await started(device, max_queue=4)
    first = await device.busy(batcher)
    waiting = asyncio.create_task(batcher.submit(works(2, 3), call()))
    await queued(batcher, 2)
    with pytest.raises(Overloaded):
        await batcher.submit(works(4), call(priority=Priority.BACKFILL))
    with pytest.raises(Overloaded) as refused:
        await batcher.submit(works(4, 5, 6), call())
    assert refused.value.retry_after_s > 0
    more = asyncio.create_task(batcher.submit(works(4, 5), call()))
    await queued(batcher, 4)
    device.free.set()
    await asyncio.gather(first, waiting, more)
    assert sorted(n for b in device.batches for n in b) == [1, 2, 3, 4, 5]
    await batcher.stop()


async def test_a_long_backfill_entry_is_not_passed_over_for_short_ones() -> None:
    """Short BACKFILL entries fill up REALTIME batches; the lane's turn must still come."""
    device = Device()
    batcher = await started(device, max_batch_items=2, max_batch_tokens=100, backfill_every=3, lookahead=1)
    first = await device.busy(batcher)
    long = asyncio.create_task(batcher.submit(works(90), call(20, Priority.BACKFILL)))
    short = asyncio.create_task(batcher.submit(works(*[5] * 12), call(25, Priority.BACKFILL)))
    realtime = asyncio.create_task(batcher.submit(works(*[10, 95] * 6), call()))
    await queued(batcher, 25)
    device.free.set()
    await asyncio.gather(first, long, short, realtime)
    assert next(n for n, batch in enumerate(device.batches) if 90 in batch) <= 3
    await batcher.stop()


class FixedCost(BatchCost):
    """A cost that is fixed, not learned from this machine's clock."""

    def observe(self, padded_tokens: int, seconds: float) -> None:
        """Learn nothing."""


async def test_what_is_more_urgent_than_the_prepared_batch_goes_before_it() -> None:
    device = Device()
    batcher = await started(device, max_batch_items=2)
    first = await device.busy(batcher)
    waiting = [asyncio.create_task(batcher.submit(works(n), call(20))) for n in (2, 2, 3, 3)]
    await queued(batcher, 4)
    await asyncio.to_thread(batcher._prepare_next)
    urgent = asyncio.create_task(batcher.submit(works(3), call(10)))
    await queued(batcher, 5)
    device.free.set()
    await asyncio.gather(first, urgent, *waiting)
    assert device.batches == [[1], [3, 3], [2, 2], [3]]
    await batcher.stop()


async def test_who_leaves_after_the_next_batch_was_prepared_is_not_computed() -> None:
    device = Device()
    batcher = await started(device, max_batch_items=2)
    first = await device.busy(batcher)
    waiting = [asyncio.create_task(batcher.submit(works(n), call())) for n in (2, 2, 3)]
    await queued(batcher, 3)
    await asyncio.to_thread(batcher._prepare_next)
    waiting[1].cancel()
    await asyncio.gather(waiting[1], return_exceptions=True)
    device.free.set()
    await asyncio.gather(first, waiting[0], waiting[2])
    assert device.batches == [[1], [2, 3]]
    assert batcher.stats.cancelled == 1
    await batcher.stop()


async def test_entries_are_padded_less_where_launching_costs_little() -> None:
    """Of two devices the one with cheap launches gets narrower batches. Learning the cost: see test_cost.py."""

    async def efficiency(launch_tokens: float) -> float:
        device = Device()
        batcher = await started(device, max_batch_items=16, max_queue=4000)
        batcher.cost = FixedCost()
        batcher.cost.launch_tokens = launch_tokens
        await batcher.submit(works(*(1 + (n * 37) % 96 for n in range(960))), call())
        await batcher.stop()
        return batcher.stats.tokens / batcher.stats.padded_tokens

    assert await efficiency(0.0) > await efficiency(5000.0)


async def test_the_queue_says_how_many_wait_in_each_lane_and_how_long() -> None:
    device = Device()
    batcher = await started(device, max_batch_items=1)
    first = await device.busy(batcher)
    late, soon = call(60, Priority.BACKFILL), call(5, Priority.BACKFILL)
    waiting = [asyncio.create_task(batcher.submit(works(7, 8), late))]
    await queued(batcher, 2)
    waiting.append(asyncio.create_task(batcher.submit(works(9), soon)))
    await queued(batcher, 3)
    read = {(r.metric, r.tags["priority"]): r.value for r in batcher._waiting.readings(time.monotonic() + 10)}
    assert (read["queue_waiting", "BACKFILL"], read["queue_waiting", "REALTIME"]) == (3, 0)
    assert 10_000 <= read["queue_oldest_ms", "BACKFILL"] < 20_000
    assert read["queue_oldest_ms", "REALTIME"] == 0
    batcher.stats.tokens, batcher.stats.padded_tokens = 10, 15
    assert [r.value for r in batcher.readings() if r.metric == "queue_tokens"] == [1.5 * (7 + 8 + 9)]
    device.free.set()
    await asyncio.gather(first, *waiting)
    await batcher.stop()
