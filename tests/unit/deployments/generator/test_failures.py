"""One failure does not end the others; a deadline keeps what is made."""

from __future__ import annotations

import pytest

from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded, StageFailed, StageUnavailable
from tests.unit.deployments.generator.fake_engine import Engine, copy, drafts, generator, task


async def test_one_failure_does_not_end_the_others() -> None:
    written = await drafts(generator(Engine(lambda n: StageFailed("x") if n == 1 else copy(n))), task())
    assert len(written) == 3


async def test_when_all_fail_the_stage_has_failed() -> None:
    with pytest.raises(StageFailed):
        await drafts(generator(Engine(lambda n: StageFailed("x"))), task())


async def test_a_dead_engine_is_said_at_once() -> None:
    engine = Engine(lambda n: StageUnavailable("dead"), blocked=(1, 2, 3))
    with pytest.raises(StageUnavailable):
        await drafts(generator(engine), task())
    assert engine.unfinished_requests == 0


async def test_at_the_deadline_what_is_made_stays_and_the_rest_is_aborted() -> None:
    engine = Engine(copy, blocked=(2, 3))
    written = await drafts(generator(engine), task(), seconds=0.2)
    assert len(written) == 2
    assert engine.unfinished_requests == 0


async def test_a_deadline_with_nothing_made_is_an_error() -> None:
    engine = Engine(copy, blocked=range(4))
    with pytest.raises(DeadlineExceeded):
        await drafts(generator(engine), task(), seconds=0.1)
    assert engine.unfinished_requests == 0


async def test_expired_work_is_never_begun() -> None:
    engine = Engine(copy)
    with pytest.raises(DeadlineExceeded):
        await drafts(generator(engine), task(), seconds=-1)
    assert engine.requests == []


async def test_a_consumer_that_has_enough_aborts_the_rest() -> None:
    engine = Engine(copy, blocked=(1, 2, 3))
    stream = generator(engine).generate(task(), Call(Deadline.after(5)))
    await anext(stream)
    await stream.aclose()
    assert engine.unfinished_requests == 0
