"""Places before a server: bounded, urgent calls first, and none is lost when a caller leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from deployments.deadline import Call, Deadline
from deployments.engines.gate import Gate
from deployments.errors import DeadlineExceeded, Overloaded
from deployments.types import Priority


def call(seconds: float = 30, priority: Priority = Priority.REALTIME) -> Call:
    return Call(Deadline.after(seconds), priority)


class Worker:
    """Holds a place until it is told to leave."""

    def __init__(self, gate: Gate, request: Call | None = None, note: Callable[[], None] = lambda: None) -> None:
        self.leave = asyncio.Event()
        self.task = asyncio.create_task(self._hold(gate, request or call(), note))

    async def _hold(self, gate: Gate, request: Call, note: Callable[[], None]) -> None:
        async with gate.place(request):
            note()
            await self.leave.wait()


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_no_more_are_in_flight_than_there_are_places() -> None:
    gate = Gate(2, 10, "the model")
    workers = [Worker(gate) for _ in range(5)]
    await turns()
    assert (gate.in_flight, gate.waiting) == (2, 3)
    for worker in workers:
        worker.leave.set()
    await asyncio.gather(*(worker.task for worker in workers))
    assert (gate.in_flight, gate.waiting) == (0, 0)


async def test_a_full_queue_refuses_at_once_and_says_which_server() -> None:
    gate = Gate(1, 1, "the model")
    holder, waiting = Worker(gate), Worker(gate)
    await turns()
    with pytest.raises(Overloaded, match="the queue before the model is full"):
        async with gate.place(call()):
            raise AssertionError
    assert gate.waiting == 1, "the refused call is not counted"
    for worker in (holder, waiting):
        worker.leave.set()
        await worker.task


async def test_realtime_then_the_earlier_deadline_then_arrival() -> None:
    gate = Gate(1, 10, "the model")
    holder = Worker(gate)
    await turns()
    served: list[str] = []
    same = call(20)
    calls = {
        "backfill, soon": call(5, Priority.BACKFILL),
        "late": call(25),
        "first of two": same,
        "second of two": same,
        "soon": call(10),
    }
    workers = [Worker(gate, request, lambda name=name: served.append(name)) for name, request in calls.items()]
    await turns()
    for worker in (holder, *workers):
        worker.leave.set()
    await asyncio.gather(*(worker.task for worker in workers))
    assert served == ["soon", "first of two", "second of two", "late", "backfill, soon"]


async def test_who_waits_leaves_at_the_deadline_and_takes_no_place_along() -> None:
    gate = Gate(1, 10, "the model")
    holder = Worker(gate)
    await turns()
    with pytest.raises(DeadlineExceeded, match="while waiting for the model"):
        async with gate.place(call(0.3)):
            raise AssertionError
    assert gate.waiting == 0
    holder.leave.set()
    await holder.task
    async with asyncio.timeout(5), gate.place(call()):
        assert gate.in_flight == 1


async def test_expired_work_never_takes_a_place() -> None:
    gate = Gate(1, 1, "the model")
    with pytest.raises(DeadlineExceeded, match="before calling the model"):
        async with gate.place(call(-1)):
            raise AssertionError
    assert gate.in_flight == 0


async def test_a_place_given_at_the_moment_of_cancellation_is_passed_on() -> None:
    gate = Gate(1, 10, "the model")
    holder, leaving, next_one = Worker(gate), Worker(gate), Worker(gate)
    await turns()
    holder.leave.set()
    await turns(1)
    assert gate.waiting == 1, "the place is the leaving call's, which has not run since"
    leaving.task.cancel()
    next_one.leave.set()
    await asyncio.wait_for(next_one.task, 5)
    with pytest.raises(asyncio.CancelledError):
        await leaving.task
    assert (gate.in_flight, gate.waiting) == (0, 0)


async def test_a_body_that_fails_gives_its_place_back() -> None:
    gate = Gate(1, 1, "the model")
    with pytest.raises(ZeroDivisionError):
        async with gate.place(call()):
            raise ZeroDivisionError
    assert gate.in_flight == 0


async def test_it_says_how_many_wait_and_are_in_flight() -> None:
    gate = Gate(1, 10, "the model")
    workers = [Worker(gate), Worker(gate, call(priority=Priority.BACKFILL)), Worker(gate)]
    await turns()
    read = {(r.metric, *r.tags.values()): r.value for r in gate.readings()}
    assert read["queue_waiting", "REALTIME"] == read["queue_waiting", "BACKFILL"] == 1
    assert read["queue_oldest_ms", "BACKFILL"] > 0
    assert read["engine_requests", "running"] == 1
    for worker in workers:
        worker.leave.set()
    await asyncio.gather(*(worker.task for worker in workers))
