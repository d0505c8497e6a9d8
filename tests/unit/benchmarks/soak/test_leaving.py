"""Callers who leave before their answer."""

from __future__ import annotations

import asyncio

from benchmarks.lib.open_loop import Outcome, Reply
from benchmarks.soak.leaving import Leaving
from tests.unit.benchmarks.lib.virtual_time import Scripted, run


def test_a_share_of_the_calls_is_cancelled_on_the_way() -> None:
    async def replies(share: float) -> tuple[list[Reply], Scripted]:
        target = Scripted(lambda _: 1.0)
        leaving = Leaving(target, share, seed=3)
        return [await leaving.send(n, 10.0) for n in range(400)], target

    all_stay, _ = run(replies(0.0))
    assert {reply.outcome for reply in all_stay} == {Outcome.OK}
    some, target = run(replies(0.25))
    left = sum(reply.code.startswith("cancelled") for reply in some)
    assert 70 < left < 130
    assert target.under_way == 0, "what was cancelled has ended"


def test_an_answer_that_is_there_is_taken() -> None:
    async def reply() -> Reply:
        return await Leaving(Scripted(lambda _: 0.0), 1.0, seed=0).send(0, 10.0)

    assert asyncio.run(reply()).outcome is Outcome.OK
