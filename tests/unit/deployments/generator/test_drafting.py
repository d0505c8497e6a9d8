"""What all kinds of generators share: refusals, seeds, the stream of drafts, second tries."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from deployments.deadline import Deadline
from deployments.errors import DeadlineExceeded, InvalidInput, PushGenError, StageFailed, StageUnavailable
from deployments.generator.drafting import (
    drafts_until,
    one_after_the_other,
    refuse_impossible,
    seed_of,
    with_second_tries,
)
from deployments.types import Draft, Usage
from tests.unit.deployments.generator.fake_engine import task


def draft(title: str = "x", *, finished: bool = True, **usage: float) -> Draft:
    return Draft(title=title, category="A", index=0, finished=finished, usage=Usage.model_validate(usage))


async def written(made: Draft | PushGenError | Exception) -> Draft | PushGenError:
    if isinstance(made, Exception) and not isinstance(made, PushGenError):
        raise made
    return made


async def later(made: PushGenError) -> PushGenError:
    for _ in range(10):
        await asyncio.sleep(0)
    return made


async def never(cancelled: list[bool]) -> Draft:
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        cancelled.append(True)
        raise
    raise AssertionError


async def titles(deadline: Deadline, *work: Coroutine[Any, Any, Draft | PushGenError]) -> list[str]:
    return sorted([each.title async for each in drafts_until(deadline, work)])


# --- refusals and seeds -----------------------------------------------------------------------------------------------


def test_a_task_within_its_bounds_is_not_refused() -> None:
    refuse_impossible(task(candidates_per_category=2), (), 4)  # two categories
    refuse_impossible(task(adapter="news"), ("news",), 4)


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        refuse_impossible(task(candidates_per_category=3, adapter="nws"), ("news",), 5)
    assert [v.field for v in caught.value.violations] == ["options.adapter", "options.candidates_per_category"]
    assert caught.value.violations[1].description == "more than 5 candidates in one request"


def test_seeds_repeat_and_differ_by_seed_category_and_number() -> None:
    seeds = {seed_of(seed, category, n) for seed in (1, 2) for category in ("A", "B") for n in range(-2, 3)}
    assert len(seeds) == 20
    assert seed_of(1, "A", 0) == seed_of(1, "A", 0)
    assert seed_of(0, "A", 0) is not None, "zero is a seed"
    assert seed_of(None, "A", 0) is None


def test_a_seed_fits_where_engines_take_it() -> None:
    assert all(0 <= (seed_of(n, "A", 0) or 0) < 2**31 for n in range(200))


def test_the_parts_of_a_seed_cannot_run_together() -> None:
    assert seed_of(1, "1", 1) != seed_of(11, "", 1)


# --- the stream -------------------------------------------------------------------------------------------------------


async def test_one_failure_does_not_end_the_others() -> None:
    work = (written(draft("a")), written(StageFailed("x")), written(draft("b")))
    assert await titles(Deadline.after(5), *work) == ["a", "b"]


async def test_when_all_fail_the_last_failure_is_raised() -> None:
    with pytest.raises(StageUnavailable, match="last"):
        await titles(Deadline.after(5), later(StageUnavailable("last")), written(StageFailed("first")))


async def test_an_exception_ends_all_at_once() -> None:
    cancelled: list[bool] = []
    with pytest.raises(ZeroDivisionError):
        await titles(Deadline.after(5), never(cancelled), written(ZeroDivisionError()))
    assert cancelled == [True]


async def test_the_deadline_keeps_what_is_made_and_cancels_the_rest() -> None:
    cancelled: list[bool] = []
    assert await titles(Deadline.after(0.5), written(draft("a")), never(cancelled)) == ["a"]
    assert cancelled == [True]


async def test_a_failure_is_nothing_made_at_the_deadline() -> None:
    cancelled: list[bool] = []
    with pytest.raises(DeadlineExceeded):
        await titles(Deadline.after(0.5), written(StageFailed("x")), never(cancelled))
    assert cancelled == [True]


async def test_no_work_makes_no_drafts() -> None:
    assert await titles(Deadline.after(5)) == []


# --- second tries -----------------------------------------------------------------------------------------------------


class Attempts:
    """Answers each try with the next of `answers`."""

    def __init__(self, *answers: Draft | PushGenError) -> None:
        self.answers = answers
        self.tries: list[int] = []

    async def __call__(self, tries: int) -> Draft | PushGenError:
        self.tries.append(tries)
        return self.answers[len(self.tries) - 1]


CUT = draft("cut", finished=False, output_tokens=5, compute_ms=2.0)


async def test_a_whole_draft_is_tried_once() -> None:
    attempts = Attempts(draft("whole"))
    assert (await with_second_tries(attempts, 4, Deadline.after(5))).title == "whole"  # type: ignore[union-attr]
    assert attempts.tries == [0]


async def test_a_cut_draft_is_written_again_until_it_is_whole_and_costs_all() -> None:
    attempts = Attempts(CUT, CUT, draft("whole", output_tokens=7, compute_ms=3.0), draft("never asked for"))
    made = await with_second_tries(attempts, 4, Deadline.after(5))
    assert isinstance(made, Draft)
    assert (made.title, made.tries, attempts.tries) == ("whole", 3, [0, 1, 2])
    assert (made.usage.output_tokens, made.usage.compute_ms) == (17, 7.0)


async def test_tries_end_with_their_number_with_time_and_with_a_failure() -> None:
    attempts = Attempts(CUT, CUT, CUT)
    made = await with_second_tries(attempts, 1, Deadline.after(5))
    assert (attempts.tries, made.finished, made.tries) == ([0, 1], False, 2)  # type: ignore[union-attr]
    attempts = Attempts(CUT)
    await with_second_tries(attempts, 3, Deadline.after(-1))
    assert attempts.tries == [0]
    attempts = Attempts(CUT, StageFailed("x"))
    assert await with_second_tries(attempts, 3, Deadline.after(5)) == CUT, "the cut draft is better than none"


async def test_a_failure_of_the_first_try_is_the_answer() -> None:
    failure = StageFailed("x")
    attempts = Attempts(failure)
    assert await with_second_tries(attempts, 3, Deadline.after(5)) is failure
    assert attempts.tries == [0]


def test_two_calls_one_after_the_other_add_up_and_the_batch_is_the_last() -> None:
    first = Usage(queue_ms=1, compute_ms=2, prompt_tokens=3, output_tokens=4, cached_tokens=5, batch_size=6)
    second = Usage(queue_ms=10, compute_ms=20, prompt_tokens=30, output_tokens=40, cached_tokens=50, batch_size=7)
    assert one_after_the_other(first, second) == Usage(
        queue_ms=11, compute_ms=22, prompt_tokens=33, output_tokens=44, cached_tokens=55, batch_size=7
    )
