"""The batcher as its callers see it: every entry answered once, budgets held, errors and deadlines their own."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from deployments.batching import BatchLimits, usage
from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded, StageFailed, StageUnavailable
from tests.unit.deployments.batching.fake_device import Device, call, queued, started, works


async def test_entries_collect_while_the_device_is_busy_and_leave_as_one_batch() -> None:
    device = Device()
    batcher = await started(device, max_batch_tokens=1000)
    first = await device.busy(batcher)
    waiting = [asyncio.create_task(batcher.submit(works(n), call())) for n in (5, 3, 4)]
    await queued(batcher, 3)
    device.free.set()
    answers = await asyncio.gather(first, *waiting)
    assert device.batches == [[1], [3, 4, 5]]
    assert [a[0].value for a in answers] == [10, 50, 30, 40]
    last = answers[-1][0]
    assert (last.batch_size, last.padding_efficiency) == (3, 12 / 15)
    assert last.queue_ms > 0
    assert usage(answers[-1]).prompt_tokens == 4
    await batcher.stop()


async def test_a_bad_entry_fails_alone() -> None:
    device = Device(bad=4)
    batcher = await started(device)
    first = await device.busy(batcher)
    waiting = [asyncio.create_task(batcher.submit(works(n), call())) for n in (3, 4, 5)]
    await queued(batcher, 3)
    device.free.set()
    _, three, four, five = await asyncio.gather(first, *waiting, return_exceptions=True)
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
    live = asyncio.create_task(batcher.submit(works(8), call()))
    await queued(batcher, 3)
    gone.cancel()
    with pytest.raises(DeadlineExceeded):
        await late
    device.free.set()
    await asyncio.gather(first, live)
    assert device.batches == [[1], [8]]
    assert (batcher.stats.cancelled, batcher.stats.expired) == (1, 1)
    await batcher.stop()


async def test_a_spent_budget_is_refused_at_the_door() -> None:
    batcher = await started(Device())
    with pytest.raises(DeadlineExceeded):
        await batcher.submit(works(3), call(-1))
    await batcher.stop()


async def test_limits_change_while_serving() -> None:
    device = Device()
    batcher = await started(device, max_batch_items=8)
    batcher.limits = BatchLimits(max_batch_items=2)
    first = await device.busy(batcher)
    waiting = asyncio.create_task(batcher.submit(works(2, 3, 4, 5), call()))
    await queued(batcher, 4)
    device.free.set()
    await asyncio.gather(first, waiting)
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


async def test_a_failed_entry_takes_the_rest_of_its_own_call_out_of_the_queue() -> None:
    device = Device(bad=4)
    batcher = await started(device, max_batch_items=1)
    first = await device.busy(batcher)
    doomed = asyncio.create_task(batcher.submit(works(4, *[9] * 50), call()))
    await queued(batcher, 51)
    device.free.set()
    await first
    with pytest.raises(StageFailed):
        await doomed
    await batcher.idle()
    assert batcher.queued == 0
    assert batcher.stats.cancelled + sum(9 in batch for batch in device.batches) == 50
    await batcher.stop()


async def test_the_device_goes_on_while_the_event_loop_is_held_up() -> None:
    """The thread takes its next batch itself: a busy loop costs callers time, and the device none."""
    device = Device()
    batcher = await started(device, max_batch_items=1)
    first = await device.busy(batcher)
    waiting = asyncio.create_task(batcher.submit(works(2, 3, 4), call()))
    await queued(batcher, 3)
    device.free.set()
    until = time.monotonic() + 20
    while len(device.batches) < 4 and time.monotonic() < until:  # without ever yielding to the loop
        time.sleep(0.001)  # noqa: ASYNC251 - this is what holds the loop up
    assert device.batches == [[1], [2], [3], [4]]
    await asyncio.gather(first, waiting)
    await batcher.stop()


async def test_a_crash_of_the_batching_fails_who_waits_and_the_health_check() -> None:
    device = Device()
    batcher = await started(device)
    batcher.check_health()
    first = await device.busy(batcher)
    waiting = asyncio.create_task(batcher.submit(works(2), call()))
    await queued(batcher, 1)
    batcher.limits = None  # type: ignore[assignment]
    device.free.set()
    await first
    with pytest.raises(StageUnavailable):
        await waiting
    with pytest.raises(StageUnavailable):
        batcher.check_health()
    with pytest.raises(StageUnavailable):
        await batcher.submit(works(2), call())
    await batcher.stop()


def test_its_threads_end_when_the_loop_is_closed_without_stopping_it() -> None:
    device, before = Device(), set(threading.enumerate())

    async def leave() -> None:
        batcher = await started(device)
        first = await device.busy(batcher)
        first.cancel()

    asyncio.run(leave())
    mine = set(threading.enumerate()) - before
    assert mine
    device.free.set()
    for thread in mine:
        thread.join(10)
        assert not thread.is_alive()


async def test_a_line_about_an_entry_names_its_request(caplog: pytest.LogCaptureFixture) -> None:
    batcher = await started(Device(bad=4))
    with caplog.at_level("ERROR", "ray.serve"), pytest.raises(StageFailed):
        await batcher.submit(works(4), Call(Deadline.after(30), request_id="r-17"))
    assert "an entry of 4 tokens of request r-17" in caplog.text
    await batcher.stop()
