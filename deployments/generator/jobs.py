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

    name: unique in its task. index: within its category. prompt: for the engine. item_facts: the facts in the prompt.
    longest: length limit of each field, in code points. first_temperature: None to leave it to the model's server.
    tries: number of earlier tries.
    """

    name: str
    index: int
    plan: CategoryPlan
    prompt: Prompt
    task: GenerationTask
    item_facts: str
    longest: dict[OutputField, int]
    seed: int | None
    first_temperature: float | None
    second_tries: int
    tries: int = 0

    def again(self, tries: int) -> Job[Prompt]:
        """Return the job of the next try, with another seed."""
        seed = seed_of(self.seed, self.plan.category, -tries)
        return replace(self, seed=seed, name=f"{self.name}-{tries}", tries=tries)

    @property
    def temperature(self) -> float | None:
        """Of this try. It rises with each: a model that is sure of a long title repeats it with any seed."""
        first = self.first_temperature
        return None if first is None else max(first, min(1.0, first + _WARMER * self.tries))


def jobs_of(
    task: GenerationTask, prompts: Sequence[Prompt], item_facts: str, temperature: float | None, second_tries: int
) -> list[Job[Prompt]]:
    """Return the first candidate of every category, then the second ones. `prompts`: one per plan of the task.

    At temperature 0 a category has one candidate, and one try: the others would be equal.
    """
    longest = limits(task.profile, task.item.language)
    greedy = temperature == 0
    return [
        Job(
            name=f"{plan.category}-{n}",
            index=n,
            plan=plan,
            prompt=prompt,
            task=task,
            item_facts=item_facts,
            longest=longest,
            seed=seed_of(task.seed, plan.category, n),
            first_temperature=temperature,
            second_tries=0 if greedy else second_tries,
        )
        for n in range(1 if greedy else task.candidates_per_category)
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
