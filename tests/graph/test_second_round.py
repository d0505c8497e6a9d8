"""The repair round on fakes: when the generator is asked again, what it is told, and what it never does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from deployments.deadline import Call
from deployments.errors import Overloaded, PushGenError, StageFailed
from deployments.fakes import FakeGenerator, FakeKnobs
from deployments.types import Copy, Decision, Draft, GenerationTask, Reason, Source, Stage, Usage
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.pipeline import Pipeline
from tests.graph.stages import CATALOGUE, brief, fakes

GOOD = Copy(title="A cup of coffee", body="Coffee and cake are on the table.")
BAD = Copy(title="97 cups of coffee", body="Coffee and cake are on the table.")
WORSE = Copy(title="Fucking good coffee", body="Coffee and cake are on the table.")


class Rounds(FakeGenerator):
    """Writes in every category what its round says, or raises."""

    def __init__(self, *rounds: Sequence[Copy] | PushGenError, latency_ms: float = 0.0) -> None:
        super().__init__()
        self.rounds = rounds
        self.knobs = FakeKnobs(latency_ms=latency_ms)
        self.tasks: list[GenerationTask] = []

    async def generate(self, task: GenerationTask, call: Call) -> AsyncIterator[Draft]:
        self.tasks.append(task)
        copies = self.rounds[len(self.tasks) - 1]
        if isinstance(copies, PushGenError):
            raise copies
        for plan in task.plan:
            for index, copy in enumerate(copies[: task.candidates_per_category]):
                await self.work(call, "generating")
                texts = copy.model_dump()
                yield Draft(
                    **texts, category=plan.category, index=index, fit=0.9, usage=Usage(compute_ms=5, output_tokens=7)
                )


async def decide(
    generator: Rounds, knobs: IngressKnobs | None = None, budget_s: float = 30.0, **fields: Any
) -> Decision:
    knobs = knobs or IngressKnobs()
    options = {"max_categories": 2, "candidates_per_category": 1} | fields.pop("options", {})
    return await Pipeline(fakes(generator=generator), knobs, CATALOGUE).decide(
        brief(knobs, budget_s, options=options, **fields)
    )


async def test_when_all_are_rejected_the_generator_is_asked_once_more_and_told_why() -> None:
    generator = Rounds([BAD, WORSE], [GOOD])
    decision = await decide(generator, options={"candidates_per_category": 2})
    first, second = generator.tasks
    assert (first.constraints, second.candidates_per_category) == ((), 1)
    assert 'Do not write "97": the item does not say it.' in second.constraints
    assert (decision.source, decision.notification and decision.notification.title) == (Source.GENERATED, GOOD.title)
    assert {c.id: c.round for c in decision.candidates} == {"c1": 1, "c2": 1, "c3": 1, "c4": 1, "c5": 2, "c6": 2}
    assert not decision.partial
    (timing,) = [t for t in decision.timings if t.stage is Stage.GENERATE]
    assert (timing.compute_ms, timing.output_tokens) == (10, 6 * 7)  # rounds follow one another


async def test_a_second_round_that_is_rejected_too_is_the_last() -> None:
    generator = Rounds([BAD], [BAD])
    decision = await decide(generator)
    assert len(generator.tasks) == 2
    assert (decision.source, decision.reason) == (Source.NONE, Reason.ALL_REJECTED)


@pytest.mark.parametrize("error", [StageFailed("broken"), Overloaded("full")])
async def test_a_second_round_that_fails_costs_nothing(error: PushGenError) -> None:
    decision = await decide(Rounds([BAD], error), options={"allow_degradation": False})
    assert (decision.reason, decision.degradations) == (Reason.ALL_REJECTED, ())


@pytest.mark.parametrize(
    ("generator", "fields"),
    [
        (Rounds([GOOD]), {}),
        (Rounds([]), {}),  # nothing written
        (Rounds(StageFailed("broken")), {}),
        (Rounds([BAD]), {"knobs": IngressKnobs(repair_round=False)}),
        (Rounds([BAD], latency_ms=150), {"budget_s": 0.7}),  # the first round took more than is left
    ],
)
async def test_one_round_is_enough(generator: Rounds, fields: dict[str, Any]) -> None:
    await decide(generator, **fields)
    assert len(generator.tasks) == 1


async def test_one_that_passes_is_enough() -> None:
    generator = Rounds([BAD, GOOD])
    await decide(generator, options={"candidates_per_category": 2})
    assert len(generator.tasks) == 1


async def test_a_seed_repeats_both_rounds() -> None:
    generators = Rounds([BAD, WORSE], [GOOD]), Rounds([BAD, WORSE], [GOOD])
    for generator in generators:
        await decide(generator, options={"candidates_per_category": 2, "seed": 7})
    assert generators[0].tasks == generators[1].tasks
    assert [task.seed for task in generators[0].tasks] == [7, 7]
