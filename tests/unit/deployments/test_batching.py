"""The batcher as its callers see it: every entry answered once, budgets held, errors and deadlines their own."""

from __future__ import annotations

import asyncio
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deployments.batch_choice import Entry, choose
from deployments.batching import Batcher, BatchLimits, Work, usage
from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded, Overloaded, StageFailed, StageUnavailable
from deployments.types import Priority


def call(seconds: float = 30.0, priority: Priority = Priority.REALTIME) -> Call:
    return Call(deadline=Deadline.after(seconds), priority=priority)


def works(*lengths: int) -> list[Work[int]]:
    return [Work(n, n) for n in lengths]


class Device:
    """A forward that records its batches and can be held busy from the test."""

    def __init__(self, bad: int | None = None) -> None:
        self.batches: list[list[int]] = []
        self.free = threading.Event()
        self.free.set()
        self.entered = threading.Event()
        self.bad = bad

    def forward(self, payloads: list[int]) -> list[int]:
        self.batches.append(payloads)
        self.entered.set()
        assert self.free.wait(20)
        if self.bad in payloads:
            raise ValueError("bad entry")
        return [p * 10 for p in payloads]

    async def busy(self, batcher: Batcher[int, int]) -> asyncio.Task:
        """Occupy the device with one entry; what comes next must queue."""
        self.free.clear()
        task = asyncio.create_task(batcher.submit(works(1), call()))
        await asyncio.to_thread(self.entered.wait, 20)
        return task


async def started(device: Device, **limits: object) -> Batcher[int, int]:
    batcher: Batcher[int, int] = Batcher(device.forward, BatchLimits.model_validate(limits), "device")
    await batcher.start()
    return batcher


async def queued(batcher: Batcher[int, int], n: int) -> None:
    async with asyncio.timeout(10):
        while batcher.queued < n:  # noqa: ASYNC110 - a queue length has no event
            await asyncio.sleep(0)


async def test_entries_collect_while_the_device_is_busy_and_leave_as_one_batch() -> None:
    device = Device()
    batcher = await started(device, max_batch_tokens=1000)
    first = await device.busy(batcher)
    rest = [asyncio.create_task(batcher.submit(works(n), call())) for n in (5, 3, 4)]
    await queued(batcher, 3)
    device.free.set()
    answers = await asyncio.gather(first, *rest)
    assert device.batches == [[1], [3, 4, 5]]
    assert [a[0].value for a in answers] == [10, 50, 30, 40]
    last = answers[-1][0]
    assert (last.batch_size, last.padding_efficiency) == (3, 12 / 15)
    assert last.queue_ms > 0
    assert usage(answers[-1]).prompt_tokens == 4
    await batcher.stop()


async def test_realtime_leads_backfill_and_the_earliest_deadline_leads_its_lane() -> None:
    device = Device()
    batcher = await started(device, max_batch_items=1)
    first = await device.busy(batcher)
    rest = [
        asyncio.create_task(batcher.submit([Work(name, 7)], call(s, lane)))
        for name, s, lane in (
            (101, 5, Priority.BACKFILL),
            (102, 30, Priority.REALTIME),
            (103, 20, Priority.REALTIME),
        )
    ]
    await queued(batcher, 3)
    device.free.set()
    await asyncio.gather(first, *rest)
    assert device.batches == [[1], [103], [102], [101]]
    await batcher.stop()


async def test_backfill_is_not_starved_by_a_full_realtime_lane() -> None:
    device = Device()
    batcher = await started(device, max_batch_items=1, backfill_every=3)
    first = await device.busy(batcher)
    slow = asyncio.create_task(batcher.submit(works(99), call(priority=Priority.BACKFILL)))
    rest = [asyncio.create_task(batcher.submit(works(n), call())) for n in range(2, 10)]
    await queued(batcher, 9)
    device.free.set()
    await asyncio.gather(first, slow, *rest)
    assert device.batches.index([99]) <= 3
    await batcher.stop()


async def test_a_bad_entry_fails_alone() -> None:
    device = Device(bad=4)
    batcher = await started(device)
    first = await device.busy(batcher)
    rest = [asyncio.create_task(batcher.submit(works(n), call())) for n in (3, 4, 5)]
    await queued(batcher, 3)
    device.free.set()
    _, three, four, five = await asyncio.gather(first, *rest, return_exceptions=True)
    assert (three[0].value, five[0].value) == (30, 50)
    assert isinstance(four, StageFailed)
    assert "bad entry" not in four.message
    assert batcher.stats.failed == 1
    await batcher.stop()


async def test_cancelled_and_expired_entries_are_dropped_before_compute_and_counted() -> None:
    device = Device()
    batcher = await started(device)
    first = await device.busy(batcher)
    gone = asyncio.create_task(batcher.submit(works(6), call()))
    late = asyncio.create_task(batcher.submit(works(7), call(0.02)))
    kept = asyncio.create_task(batcher.submit(works(8), call()))
    await queued(batcher, 3)
    gone.cancel()
    with pytest.raises(DeadlineExceeded):
        await late
    device.free.set()
    await asyncio.gather(first, kept)
    assert device.batches == [[1], [8]]
    assert (batcher.stats.cancelled, batcher.stats.expired) == (1, 1)
    await batcher.stop()


async def test_a_spent_budget_is_refused_at_the_door() -> None:
    batcher = await started(Device())
    with pytest.raises(DeadlineExceeded):
        await batcher.submit(works(3), call(-1))
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


async def test_limits_change_while_serving() -> None:
    device = Device()
    batcher = await started(device, max_batch_items=8)
    batcher.limits = BatchLimits(max_batch_items=2)
    first = await device.busy(batcher)
    rest = asyncio.create_task(batcher.submit(works(2, 3, 4, 5), call()))
    await queued(batcher, 4)
    device.free.set()
    await asyncio.gather(first, rest)
    assert [len(b) for b in device.batches] == [1, 2, 2]
    await batcher.stop()


async def test_idle_is_when_nothing_waits_and_no_batch_is_in_flight() -> None:
    device = Device()
    batcher = await started(device, max_batch_items=1)
    first = await device.busy(batcher)
    waiting = asyncio.create_task(batcher.submit(works(2), call()))
    await queued(batcher, 1)
    idle = asyncio.create_task(batcher.idle())
    await asyncio.sleep(0)
    assert not idle.done()
    device.free.set()
    await idle
    assert (first.done(), waiting.done()) == (True, True)
    await batcher.stop()


async def test_stop_finishes_the_batch_in_flight_and_refuses_what_waits() -> None:
    device = Device()
    batcher = await started(device)
    first = await device.busy(batcher)
    waiting = asyncio.create_task(batcher.submit(works(2), call()))
    await queued(batcher, 1)
    stopping = asyncio.create_task(batcher.stop())
    await asyncio.sleep(0)
    device.free.set()
    await stopping
    assert (await first)[0].value == 10
    with pytest.raises(StageUnavailable):
        await waiting
    with pytest.raises(StageUnavailable):
        batcher.check_health()


# --- properties ---------------------------------------------------------------------------------------------------

lengths = st.lists(st.integers(1, 40), min_size=1, max_size=40)
lanes = st.sampled_from([Priority.REALTIME, Priority.BACKFILL])


@settings(max_examples=60, deadline=None)
@given(
    calls=st.lists(st.tuples(lengths, lanes), min_size=1, max_size=8),
    budget=st.integers(10, 200),
    items=st.integers(1, 16),
    bad=st.integers(1, 40),
)
def test_every_entry_is_answered_once_within_the_budget(
    calls: list[tuple[list[int], Priority]], budget: int, items: int, bad: int
) -> None:
    """No loss, no duplicate, own answer, own error, budget held, whatever arrives."""

    async def scenario() -> None:
        device = Device(bad=bad)
        batcher = await started(device, max_batch_tokens=budget, max_batch_items=items, max_queue=10_000)
        answers = await asyncio.gather(
            *(batcher.submit(works(*ns), call(priority=lane)) for ns, lane in calls), return_exceptions=True
        )
        for (ns, _), answer in zip(calls, answers, strict=True):
            if bad in ns:
                assert isinstance(answer, StageFailed)
            else:
                assert [a.value for a in answer] == [n * 10 for n in ns]
        for batch in device.batches:
            assert len(batch) <= items
            assert len(batch) == 1 or max(batch) * len(batch) <= budget
        if all(bad not in ns for ns, _ in calls):
            assert sorted(n for b in device.batches for n in b) == sorted(n for ns, _ in calls for n in ns)
        await batcher.stop()

    asyncio.run(scenario())


@settings(max_examples=200, deadline=None)
@given(
    specs=st.lists(st.tuples(st.integers(1, 6), st.integers(0, 5)), min_size=1, max_size=40),
    limits=st.builds(
        BatchLimits,
        max_batch_tokens=st.integers(1, 60),
        max_batch_items=st.integers(1, 12),
        lookahead=st.floats(1, 6),
    ),
)
def test_a_lane_is_served_in_the_order_of_its_deadlines(specs: list[tuple[int, int]], limits: BatchLimits) -> None:
    """The most urgent entry is in every batch; of one length, none is overtaken by a less urgent one."""

    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        lane = sorted(
            (
                Entry(Work(i, tokens), Deadline(1e9 + at), Priority.REALTIME, i, loop.create_future())
                for i, (tokens, at) in enumerate(specs)
            ),
            key=lambda e: e.urgency,
        )
        while lane:
            batch = choose(lane, [], limits)
            assert lane[0] in batch
            rest = [e for e in lane if e not in batch]
            for entry in batch:
                assert all(e.urgency > entry.urgency for e in rest if e.work.tokens == entry.work.tokens)
            lane = rest

    asyncio.run(scenario())
