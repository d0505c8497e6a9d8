"""A draft that was cut is written again."""

from __future__ import annotations

import pytest

from deployments.errors import StageFailed
from deployments.generator.settings import GeneratorKnobs
from tests.unit.deployments.generator.fake_engine import Engine, copy, drafts, generator, task

CUT = '{"title":"Half'


def stubborn(**answers: str | Exception) -> Engine:
    """Answers the first candidate of category A, try by try, with `answers`; all others well."""

    def answer(number: int) -> str | Exception:
        request_id = engine.requests[number][2]
        tries = request_id.removeprefix("r-A-0").removeprefix("-") or "0"
        return answers.get(f"try_{tries}", copy(number))

    engine = Engine(answer)
    return engine


async def test_each_try_is_warmer_than_the_one_before() -> None:
    engine = stubborn(try_0=CUT, try_1=CUT, try_2=CUT)
    await drafts(generator(engine, GeneratorKnobs(second_tries=2, temperature=0.5)), task())
    temperatures = [s.temperature for _, s, request_id, _ in engine.requests if request_id.startswith("r-A-0")]
    assert temperatures == [0.5, pytest.approx(0.8), 1.0]


async def test_a_cut_draft_is_written_again_with_another_seed_and_costs_both() -> None:
    engine = stubborn(try_0=CUT, try_1=CUT)
    written = await drafts(generator(engine, GeneratorKnobs(second_tries=2)), task())
    assert [d.finished for d in written] == [True] * 4
    again = next(d for d in written if d.tries > 1)
    assert (again.tries, again.category) == (3, "A")
    assert (again.usage.output_tokens, again.usage.compute_ms) == (21, 6.0)
    assert len({sampling.seed for _, sampling, _, _ in engine.requests}) == 6
    assert len({request_id for _, _, request_id, _ in engine.requests}) == 6


@pytest.mark.parametrize("second", [CUT, StageFailed("x")])
async def test_a_second_try_that_is_no_better_leaves_a_draft(second: str | Exception) -> None:
    engine = stubborn(try_0=CUT, try_1=second)
    written = await drafts(generator(engine, GeneratorKnobs(second_tries=1)), task())
    assert len(engine.requests) == 5
    assert sorted(d.finished for d in written) == [False, True, True, True]


async def test_a_greedy_answer_is_not_asked_for_twice() -> None:
    engine = Engine(lambda n: '{"title":"Half' if n == 0 else copy(n))
    await drafts(generator(engine), task(temperature=0))
    assert [request_id for _, _, request_id, _ in engine.requests] == ["r-A-0", "r-B-0"]
