"""What the stages publish, kept for a while: nobody on the way of a request waits for a refresh."""

from __future__ import annotations

import asyncio

import pytest

from deployments.errors import StageUnavailable
from serve_app.cluster.graph import Cached


async def test_concurrent_callers_share_one_question() -> None:
    calls = 0

    async def ask() -> int:
        nonlocal calls
        calls += 1
        await asyncio.sleep(0.01)
        return calls

    cached = Cached(ask, ttl_s=60)
    assert await asyncio.gather(*(cached() for _ in range(20))) == [1] * 20


async def test_an_old_answer_serves_while_the_next_is_asked_for_and_when_that_fails() -> None:
    gate = asyncio.Event()
    answers = iter(["old", StageUnavailable("gone"), "new"])

    async def ask() -> str:
        answer = next(answers)
        if answer != "old":
            await gate.wait()
        if isinstance(answer, Exception):
            raise answer
        return str(answer)

    cached = Cached(ask, ttl_s=0)
    assert await cached() == "old"
    assert await asyncio.wait_for(cached(), 1) == "old"  # the refresh hangs at the gate
    gate.set()
    seen = [await cached() for _ in range(50) if await asyncio.sleep(0, True)]
    assert seen[-1] == "new"


async def test_without_an_answer_the_failure_is_the_callers() -> None:
    async def ask() -> str:
        raise StageUnavailable("gone")

    with pytest.raises(StageUnavailable):
        await Cached(ask, ttl_s=60)()


async def test_a_caller_that_leaves_does_not_stop_the_question_for_others() -> None:
    gate = asyncio.Event()

    async def ask() -> str:
        await gate.wait()
        return "answer"

    cached = Cached(ask, ttl_s=60)
    leaving, staying = asyncio.create_task(cached()), asyncio.create_task(cached())
    await asyncio.sleep(0)
    leaving.cancel()
    gate.set()
    assert await asyncio.wait_for(staying, 1) == "answer"
