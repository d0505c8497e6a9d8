"""The jobs of a task: one candidate each, from prompt to judged draft, for every kind of engine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from deployments.deadline import Call
from deployments.errors import PushGenError
from deployments.generator.drafting import seed_of, with_second_tries
from deployments.generator.judge import Ask, FitJudge
from deployments.generator.structured import limits
from deployments.types import CategoryPlan, Draft, GenerationTask, OutputField

Prompt = TypeVar("Prompt")

_WARMER = 0.3


@dataclass(frozen=True)
class Job(Generic[Prompt]):
    """One candidate to write.

    name: unique in its task. prompt: for the engine. item_facts: the facts in the prompt. longest: length limit of each
    field, in code points. tries: number of earlier tries.
    """

    name: str
    plan: CategoryPlan
    prompt: Prompt
    task: GenerationTask
    item_facts: str
    longest: dict[OutputField, int]
    seed: int | None
    second_tries: int
    tries: int = 0

    def again(self, tries: int) -> Job[Prompt]:
        """Return the job of the next try, with another seed."""
        seed = seed_of(self.seed, self.plan.category, -tries)
        return replace(self, seed=seed, name=f"{self.name}-{tries}", tries=tries)

    def temperature(self, first: float) -> float:
        """Raise the temperature with each try: a model that is sure of a long title repeats it with any seed."""
        return max(first, min(1.0, first + _WARMER * self.tries))


def jobs_of(task: GenerationTask, prompts: Sequence[Prompt], item_facts: str, second_tries: int) -> list[Job[Prompt]]:
    """Return the first candidate of every category, then the second ones. `prompts`: one per plan of the task."""
    longest = limits(task.profile, task.item.language)
    return [
        Job(
            name=f"{plan.category}-{n}",
            plan=plan,
            prompt=prompt,
            task=task,
            item_facts=item_facts,
            longest=longest,
            seed=seed_of(task.seed, plan.category, n),
            second_tries=second_tries,
        )
        for n in range(task.candidates_per_category)
        for plan, prompt in zip(task.plan, prompts, strict=True)
    ]


async def judged_draft(
    job: Job[Prompt],
    call: Call,
    attempt: Callable[[Job[Prompt]], Awaitable[Draft | PushGenError]],
    judge: FitJudge,
    ask: Ask,
) -> Draft | PushGenError:
    """Write one draft, again while it is cut and there is time; judge it if it is finished."""

    def try_again(tries: int) -> Awaitable[Draft | PushGenError]:
        return attempt(job.again(tries) if tries else job)

    draft = await with_second_tries(try_again, job.second_tries, call.deadline)
    if isinstance(draft, PushGenError):
        return draft
    return await judge.judged(draft, job.task, job.item_facts, call, ask)
