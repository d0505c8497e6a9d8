"""The jobs of a task: their order, names, seeds and tries."""

from __future__ import annotations

import pytest

from deployments.deadline import Call, Deadline
from deployments.errors import PushGenError, StageFailed
from deployments.generator.fit import FitCalibration
from deployments.generator.jobs import Job, jobs_of, judged_draft
from deployments.generator.judge import FitJudge
from deployments.types import Draft, OutputField
from tests.unit.deployments.generator.fake_engine import task

PROMPTS = ("prompt of A", "prompt of B")


def jobs(**changes: object) -> list[Job[str]]:
    return jobs_of(task(**changes), PROMPTS, "facts", 0.3, 2)


def test_every_category_gets_its_first_candidate_before_any_gets_its_second() -> None:
    assert [(job.name, job.index, job.prompt) for job in jobs()] == [
        ("A-0", 0, "prompt of A"), ("B-0", 0, "prompt of B"), ("A-1", 1, "prompt of A"), ("B-1", 1, "prompt of B"),
    ]  # fmt: skip


def test_without_chance_a_category_has_one_candidate_and_one_try() -> None:
    greedy = jobs_of(task(), PROMPTS, "facts", 0.0, 2)
    assert [(job.name, job.second_tries, job.temperature) for job in greedy] == [("A-0", 0, 0.0), ("B-0", 0, 0.0)]
    servers_own = jobs_of(task(), PROMPTS, "facts", None, 2)
    assert [(job.second_tries, job.temperature) for job in servers_own] == [(2, None)] * 4


def test_seeds_differ_between_candidates_and_are_none_without_one() -> None:
    assert len({job.seed for job in jobs()}) == 4
    assert {job.seed for job in jobs(seed=None)} == {None}


def test_a_prompt_too_few_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        jobs_of(task(), PROMPTS[:1], "facts", 0.3, 2)


def test_a_job_has_the_limits_of_the_profile() -> None:
    assert jobs()[0].longest == {OutputField.TITLE: 40, OutputField.BODY: 90}


def test_the_next_try_has_a_name_and_a_seed_of_its_own() -> None:
    first = jobs()[0]
    second, third = first.again(1), first.again(2)
    assert [job.name for job in (first, second, third)] == ["A-0", "A-0-1", "A-0-2"]
    assert len({job.seed for job in (first, second, third)}) == 3
    assert second.prompt == first.prompt
    assert jobs(seed=None)[0].again(1).seed is None


@pytest.mark.parametrize(
    ("first", "temperatures"), [(0.1, [0.1, 0.4, 0.7]), (0.5, [0.5, 0.8, 1.0]), (1.4, [1.4, 1.4, 1.4])]
)
def test_each_try_is_warmer_up_to_one_and_never_colder(first: float, temperatures: list[float]) -> None:
    job = jobs_of(task(), PROMPTS, "facts", first, 2)[0]
    tries = [job, job.again(1), job.again(2)]
    assert [each.temperature for each in tries] == pytest.approx(temperatures)


async def test_a_cut_draft_is_attempted_with_the_next_job_and_then_judged() -> None:
    names: list[str] = []
    questions = 0

    async def attempt(job: Job[str]) -> Draft | PushGenError:
        names.append(job.name)
        return Draft(title="x", category="A", index=0, answer_likelihood=-1.0, finished=len(names) == 2)

    async def ask(_: object) -> None:
        nonlocal questions
        questions += 1

    judge = FitJudge(FitCalibration())
    draft = await judged_draft(jobs()[0], Call(Deadline.after(5)), attempt, judge, ask)
    assert isinstance(draft, Draft)
    assert (names, draft.tries, questions) == (["A-0", "A-0-1"], 2, 1)


async def test_a_failure_is_not_judged() -> None:
    failure = StageFailed("x")

    async def attempt(_: Job[str]) -> Draft | PushGenError:
        return failure

    async def ask(_: object) -> None:
        raise AssertionError

    assert await judged_draft(jobs()[0], Call(Deadline.after(5)), attempt, FitJudge(FitCalibration()), ask) is failure
