"""A seed gives the Decision again, in whatever order the drafts arrive; what was in force stands in the Decision."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from deployments.deadline import Call
from deployments.fakes import FakeGenerator, FakeRewardScorer, FakeRouter
from deployments.types import (
    Candidate,
    Copy,
    Decision,
    Draft,
    GenerationTask,
    ItemFacts,
    OutputField,
    Priority,
    Reason,
    Reward,
    ScoreResult,
    Source,
)
from serve_app.contract.messages import CandidateEvent, DecidedEvent
from serve_app.flow.knobs import EarlyStop, IngressKnobs, SelectionKnobs
from serve_app.flow.pipeline import Pipeline
from tests.graph.stages import CATALOGUE, ForeignReward, brief, fakes

TITLES = ("Coffee now", "Cake on the table", "Coffee and cake", "Cake on the table")


class Shuffled(FakeGenerator):
    """Writes four drafts a category, two of them equal, and equal ones in all categories, in any order."""

    def __init__(self, seed: int, temperature: float | None = 0.3) -> None:
        super().__init__()
        self.draw = random.Random(seed)
        self.temperature = temperature

    async def generate(self, task: GenerationTask, call: Call) -> AsyncIterator[Draft]:
        drafts = [
            Draft(
                title=TITLES[n],
                body=f"{TITLES[n]}, and then some cake.",
                category=plan.category,
                index=n,
                temperature=self.temperature if task.temperature is None else task.temperature,
                likelihood=-1.0 - n / 7,
                fit=0.9,
            )
            for plan in task.plan
            for n in range(task.candidates_per_category)
        ]
        self.draw.shuffle(drafts)
        for draft in drafts:
            await self.work(call, "generating")
            yield draft


class Batched(FakeRewardScorer):
    """Rewards whose last bits depend on the batch, as in bfloat16; all that differ by no more than that are equal."""

    async def score(self, facts: ItemFacts, copies: Sequence[Copy], call: Call) -> ScoreResult:
        result = await super().score(facts, copies, call)
        return result.model_copy(
            update={"rewards": tuple(Reward(mean=0.5 + i * 1e-5, spread=0.1) for i in range(len(copies)))}
        )


KNOBS = IngressKnobs(
    selection=SelectionKnobs(min_scoring_batch=1, early_stop=EarlyStop(win_probability=0.51, min_candidates=1))
)


async def decide(generator: FakeGenerator, knobs: IngressKnobs = KNOBS, reward: Any = None, **fields: Any) -> Decision:
    stages = fakes(generator=generator, reward=reward or Batched())
    return await Pipeline(stages, knobs, CATALOGUE).decide(brief(knobs, **fields))


def timeless(decision: Decision) -> Decision:
    return decision.model_copy(update={"timings": ()})


async def test_a_seed_gives_the_whole_decision_again_in_whatever_order_drafts_arrive() -> None:
    options = {"candidates_per_category": 4, "max_categories": 3, "seed": 7}
    decisions = [timeless(await decide(Shuffled(n), options=options)) for n in range(20)]
    assert [d for d in decisions if d != decisions[0]] == []
    written = {c.id: c for c in decisions[0].candidates}
    assert sorted(written, key=lambda name: int(name[1:])) == [f"c{n}" for n in range(1, 13)]
    assert sorted(name for name, c in written.items() if not c.rejected) == ["c1", "c2", "c3"]
    assert decisions[0].options.seed == 7


async def test_events_come_by_arrival_with_the_same_ids() -> None:
    async def told(seed: int) -> tuple[list[Candidate], Decision]:
        run = Pipeline(fakes(generator=Shuffled(seed)), KNOBS, CATALOGUE).run(brief(KNOBS, options={"seed": 1}))
        events = [event async for event in run]
        assert isinstance(events[-1], DecidedEvent)
        return [e.candidate for e in events if isinstance(e, CandidateEvent)], events[-1].decision

    (first, one), (second, other) = await told(1), await told(2)
    assert [c.id for c in first] != [c.id for c in second]
    assert {c.id: c.title for c in first} == {c.id: c.title for c in second}
    assert {c.id: c.category for c in one.candidates} == {c.id: c.category for c in other.candidates}


async def test_at_temperature_0_a_category_has_one_candidate_and_nothing_is_degraded() -> None:
    for asked, knob in ((0.0, 0.3), (None, 0.0)):  # by the caller's wish, and by the generator's knob
        generator = FakeGreedy(knob)
        options = {"candidates_per_category": 4, "max_categories": 2, "temperature": asked}
        decision = await decide(generator, options=options)
        assert [(c.id, c.rejected) for c in decision.candidates if c.source is Source.GENERATED] != []
        assert len(decision.candidates) == 2
        assert not decision.partial
        assert (decision.options.temperature, decision.options.candidates_per_category) == (0.0, 1)


class FakeGreedy(Shuffled):
    """As the generators do: one candidate a category where its temperature is 0."""

    def __init__(self, temperature: float) -> None:
        super().__init__(0, temperature)

    async def generate(self, task: GenerationTask, call: Call) -> AsyncIterator[Draft]:
        warmth = self.temperature if task.temperature is None else task.temperature
        count = 1 if warmth == 0 else task.candidates_per_category
        for place, plan in enumerate(task.plan):
            for n in range(count):
                title = TITLES[place]
                yield Draft(
                    title=title,
                    body=f"{title}, and then some cake.",
                    category=plan.category,
                    index=n,
                    temperature=warmth,
                    fit=0.9,
                )


async def test_the_decision_says_which_options_were_in_force() -> None:
    own = {
        "margin": 0.2,
        "output_fields": [OutputField.TITLE],
        "priority": Priority.BACKFILL,
        "time_budget_ms": 999_999,
    }
    decision = await decide(Shuffled(1), options=own)
    options = decision.options
    assert (options.margin, options.output_fields, options.time_budget_ms) == (0.2, (OutputField.TITLE,), 120_000)
    assert (options.max_categories, options.candidates_per_category, options.length_profile) == (4, 2, "default")
    assert (options.temperature, options.seed, options.allow_degradation) == (0.3, None, True)


async def test_the_very_same_title_ties_where_titles_alone_are_written() -> None:
    class Titles(Shuffled):
        async def generate(self, task: GenerationTask, call: Call) -> AsyncIterator[Draft]:
            async for draft in super().generate(task, call):
                yield draft.model_copy(update={"body": ""})

    editor = {"id": "editor", "title": TITLES[0], "body": "Come and see, it is only today."}
    options = {"output_fields": [OutputField.TITLE], "max_categories": 1, "candidates_per_category": 1}
    decision = await decide(Titles(1), reward=FakeRewardScorer(), incumbents=[editor], options=options)
    (written,) = [c for c in decision.candidates if c.source is Source.GENERATED]
    assert (written.title, written.win_probability) == (TITLES[0], 0.5)
    assert decision.source is Source.INCUMBENT


@pytest.mark.parametrize("incumbents", [[], ["Old cake", "Old coffee"]])
async def test_in_a_language_that_the_model_does_not_know_nothing_is_chosen_by_noise(incumbents: list[str]) -> None:
    given = [{"id": f"own{n}", "title": title, "body": "Now."} for n, title in enumerate(incumbents)]
    decision = await decide(Shuffled(3), reward=ForeignReward(), incumbents=given)
    assert decision.reason is Reason.NOT_COMPARED
    assert decision.notification is not None
    assert decision.notification.candidate_id == ("own0" if incumbents else "c1")
    assert {(c.reward, c.score, c.win_probability, c.rank) for c in decision.candidates} == {(None, None, None, 0)}
    assert not decision.partial


async def test_a_plan_in_another_order_numbers_otherwise() -> None:
    """The ids follow Decision.categories."""

    class Turned(FakeRouter):
        async def route(self, *args: Any, **more: Any) -> Any:
            result = await super().route(*args, **more)
            return result.model_copy(update={"plan": result.plan[::-1]})

    stages = fakes(generator=Shuffled(1), router=Turned(), reward=Batched())
    decision = await Pipeline(stages, KNOBS, CATALOGUE).decide(brief(KNOBS, options={"max_categories": 2, "seed": 1}))
    first = decision.categories[0].category
    assert {c.category for c in decision.candidates if c.id in ("c1", "c2")} == {first}
