"""Properties of the batcher: nothing lost or computed twice, budgets held, whatever arrives and whoever leaves."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from deployments.errors import DeadlineExceeded, StageFailed
from deployments.types import Priority
from tests.unit.deployments.batching.fake_device import Device, call, queued, started, works

lengths = st.lists(st.integers(1, 40), min_size=1, max_size=40)
lanes = st.sampled_from(list(Priority))


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


@settings(max_examples=40, deadline=None)
@given(
    calls=st.lists(
        st.tuples(st.lists(st.integers(2, 40), min_size=1, max_size=6), st.sampled_from(["wait", "cancel", "expire"])),
        min_size=1,
        max_size=12,
    ),
    items=st.integers(1, 8),
)
def test_every_entry_is_answered_or_dropped_whatever_callers_do(calls: list[tuple[list[int], str]], items: int) -> None:
    """Entries of callers who left before the device was free are never computed, and each is counted once."""

    async def scenario() -> None:
        device = Device()
        batcher = await started(device, max_batch_items=items)
        first = await device.busy(batcher)
        tasks = [
            asyncio.create_task(batcher.submit(works(*ns), call(0.02 if fate == "expire" else 30.0)))
            for ns, fate in calls
        ]
        await queued(batcher, sum(len(ns) for ns, _ in calls))
        for task, (_, fate) in zip(tasks, calls, strict=True):
            if fate == "cancel":
                task.cancel()
        late = [task for task, (_, fate) in zip(tasks, calls, strict=True) if fate == "expire"]
        await asyncio.gather(*late, return_exceptions=True)
        device.free.set()
        await first
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        by_fate = {fate: [n for ns, f in calls if f == fate for n in ns] for fate in ("wait", "cancel", "expire")}
        for (ns, fate), answer in zip(calls, answers, strict=True):
            if fate == "wait":
                assert [a.value for a in answer] == [n * 10 for n in ns]
            else:
                assert isinstance(answer, asyncio.CancelledError if fate == "cancel" else DeadlineExceeded)
        assert sorted(n for batch in device.batches[1:] for n in batch) == sorted(by_fate["wait"])
        assert batcher.stats.cancelled == len(by_fate["cancel"])
        assert batcher.stats.expired == len(by_fate["expire"])
        await batcher.stop()

    asyncio.run(scenario())
