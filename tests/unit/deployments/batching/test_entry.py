"""An entry fails its call once, and never one that has ended."""

from __future__ import annotations

import asyncio

import pytest

from deployments.batching.entry import Entry, PendingCall
from deployments.errors import StageFailed, StageUnavailable
from deployments.types import Priority


def entries(call: PendingCall, count: int = 2) -> list[Entry[str]]:
    return [Entry("x", 1, (0.0, n), Priority.REALTIME, call, n) for n in range(count)]


async def test_the_first_failure_is_the_calls_and_later_ones_change_nothing() -> None:
    call = PendingCall(asyncio.get_running_loop().create_future(), [None] * 2, 2, 0.0)
    first, second = entries(call)
    first.fail(StageFailed("first"))
    second.fail(StageUnavailable("second"))
    with pytest.raises(StageFailed, match="first"):
        await call.reply


@pytest.mark.parametrize("end", ["answered", "cancelled"])
async def test_a_call_that_has_ended_cannot_fail(end: str) -> None:
    call = PendingCall(asyncio.get_running_loop().create_future(), [None], 1, 0.0)
    (entry,) = entries(call, 1)
    if end == "answered":
        call.reply.set_result(["answer"])
    else:
        call.reply.cancel()
    entry.fail(StageFailed("late"))
    assert call.reply.cancelled() if end == "cancelled" else call.reply.result() == ["answer"]


def test_equal_entries_are_two() -> None:
    """A queue removes an entry by identity: two calls may send the same text."""
    call = PendingCall(None, [], 1, 0.0)  # type: ignore[arg-type]  # never answered
    one, other = entries(call, 1)[0], entries(call, 1)[0]
    assert one != other
    assert len({one, other}) == 2
