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
