"""What the stages publish, kept for a while: its age is bounded, and hardly anybody waits for a refresh."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import pytest

from deployments.errors import StageUnavailable
from serve_app.cluster import cached
from serve_app.cluster.cached import Cached

GONE = StageUnavailable("gone")


class Clock:
    """Time that passes when a test says so."""

    now_s = 1000.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(cached, "time", made)
    return made


class Published:
    """Answers in turn; an error is raised, and None never comes."""

    def __init__(self, *answers: str | Exception | None) -> None:
        self._answers = iter(answers)
        self.asked = 0

    async def __call__(self) -> str:
        self.asked += 1
        answer = next(self._answers)
        if answer is None:
            await asyncio.Event().wait()
        if isinstance(answer, Exception):
            raise answer
        return str(answer)


def kept(ask: Callable[[], Any], patience_s: float = 0.0, wait_s: float = 0.02) -> Cached[str]:
    return Cached(ask, fresh_s=5, max_age_s=60, patience_s=patience_s, wait_s=wait_s)


async def test_a_question_is_no_part_of_the_request_that_caused_it() -> None:
    """Serve cancels the calls of a request with it, and other callers wait for this answer."""
    of_request: ContextVar[str] = ContextVar("of_request", default="nobody's")
    of_request.set("the first caller's")

    async def ask() -> str:
        return of_request.get()

    assert await kept(ask)() == "nobody's"


async def settled(answers: Cached[str]) -> None:
    """Let the question that is asked now end."""
    assert answers._question is not None
    await asyncio.wait({answers._question}, timeout=1)


async def test_concurrent_callers_share_one_question() -> None:
    ask = Published("one")
    answers = kept(ask)
    assert await asyncio.gather(*(answers() for _ in range(20))) == ["one"] * 20
    assert ask.asked == 1


async def test_an_answer_that_is_not_fresh_serves_while_the_next_is_asked_for_and_when_that_fails(clock: Clock) -> None:
    answers = kept(Published("old", GONE, "new"))
    assert await answers() == "old"
    for _ in range(2):
        clock.now_s += 6
        assert await answers() == "old"
        await settled(answers)
    assert await answers() == "new"


async def test_who_has_patience_gets_the_new_answer_and_does_not_wait_for_a_question_that_hangs(clock: Clock) -> None:
    answers = kept(Published("old", "new", None), patience_s=0.02)
    await answers()
    clock.now_s += 6
    assert await answers() == "new"
    clock.now_s += 6
    assert await asyncio.wait_for(answers(), 1) == "new"
    clock.now_s += 1  # the question has hung for longer than the patience
    answers._patience_s = 0.5
    assert await asyncio.wait_for(answers(), 0.4) == "new"


@pytest.mark.parametrize("lost", [GONE, None])
async def test_an_answer_does_not_outlive_its_age(clock: Clock, lost: Exception | None) -> None:
    answers = kept(Published("old", lost))
    await answers()
    clock.now_s += 61
    with pytest.raises(StageUnavailable):
        await asyncio.wait_for(answers(), 1)


async def test_after_a_long_rest_the_first_caller_gets_a_new_answer(clock: Clock) -> None:
    answers = kept(Published("old", "new"), wait_s=1)
    await answers()
    clock.now_s += 3600
    assert await answers() == "new"


async def test_without_an_answer_the_failure_is_the_callers() -> None:
    with pytest.raises(StageUnavailable, match="gone"):
        await kept(Published(GONE))()


async def test_a_question_that_hangs_delays_its_first_callers_only(clock: Clock) -> None:
    answers = kept(Published(None), wait_s=5)
    first = asyncio.create_task(answers())
    await asyncio.sleep(0)
    clock.now_s += 6
    with pytest.raises(StageUnavailable, match="does not answer"):
        await asyncio.wait_for(answers(), 1)
    first.cancel()


async def test_anew_asks_again_but_not_at_once(clock: Clock) -> None:
    ask = Published("old", "new", GONE)
    answers = kept(ask, wait_s=1)
    assert [await answers(), await answers.anew()] == ["old", "old"]
    clock.now_s += 2
    assert [await answers(), await answers.anew(), await answers()] == ["old", "new", "new"]
    clock.now_s += 2
    assert await answers.anew() == "new"
    assert ask.asked == 3


async def test_a_caller_that_leaves_does_not_stop_the_question_for_others() -> None:
    gate = asyncio.Event()

    async def ask() -> str:
        await gate.wait()
        return "answer"

    answers = kept(ask, wait_s=5)
    leaving, staying = asyncio.create_task(answers()), asyncio.create_task(answers())
    await asyncio.sleep(0)
    leaving.cancel()
    gate.set()
    assert await asyncio.wait_for(staying, 1) == "answer"


async def test_a_look_never_waits_and_asks_for_the_next_one(clock: Clock) -> None:
    published = Published("first", "second", GONE)
    made = Cached(published, fresh_s=1, max_age_s=60, wait_s=2)
    assert made.peek() is None
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert (made.peek(), published.asked) == ("first", 1)
    clock.now_s += 2
    assert (made.peek(), made.peek()) == ("first", "first")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert (made.peek(), published.asked) == ("second", 2)
    clock.now_s += 61
    assert made.peek() is None
    await asyncio.sleep(0)
