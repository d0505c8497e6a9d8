from __future__ import annotations

import asyncio
import pickle

import pytest

from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded
from deployments.types import Priority


def test_a_deadline_travels_as_the_time_that_is_left() -> None:
    call = Call(Deadline.after(5.0), Priority.BACKFILL, "r1")
    arrived: Call = pickle.loads(pickle.dumps(call))  # noqa: S301 - how Ray carries it
    assert arrived.deadline.remaining_s() == pytest.approx(5.0, abs=0.5)
    assert (arrived.priority, arrived.request_id) == (Priority.BACKFILL, "r1")


async def test_the_body_is_cut_at_the_deadline() -> None:
    with pytest.raises(DeadlineExceeded, match="while counting"):
        async with Deadline.after(0.02).limit("counting"):
            await asyncio.sleep(10)


async def test_expired_work_never_starts() -> None:
    started = False
    with pytest.raises(DeadlineExceeded, match="before counting"):
        async with Deadline.after(-1).limit("counting"):
            started = True
    assert not started


async def test_a_timeout_of_the_body_itself_is_not_taken_for_the_deadline() -> None:
    with pytest.raises(ValueError, match="mine"):
        async with Deadline.after(5).limit("counting"):
            raise ValueError("mine")


def test_a_reserve_makes_it_sooner() -> None:
    deadline = Deadline.after(5.0)
    assert deadline.sooner(2.0).remaining_s() == pytest.approx(3.0, abs=0.1)
    assert deadline.sooner(6.0).expired


def test_time_left_turns_negative_and_check_says_what_was_not_begun() -> None:
    spent = Deadline.after(-2)
    assert spent.remaining_s() == pytest.approx(-2, abs=0.1)
    assert spent.expired
    with pytest.raises(DeadlineExceeded, match="spent before counting"):
        spent.check("counting")
    Deadline.after(5).check("counting")


async def test_cancelling_the_caller_is_not_taken_for_the_deadline() -> None:
    begun = asyncio.Event()

    async def work() -> None:
        async with Deadline.after(30).limit("counting"):
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_sooner_of_two_nested_deadlines_is_named() -> None:
    with pytest.raises(DeadlineExceeded, match="while judging"):
        async with Deadline.after(30).limit("generating"), Deadline.after(0.01).limit("judging"):
            await asyncio.Event().wait()


def test_a_call_is_realtime_unless_it_says_otherwise() -> None:
    assert Call(Deadline.after(1)).priority is Priority.REALTIME
    assert Call(Deadline.after(1)).request_id == ""
