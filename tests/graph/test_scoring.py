"""Scoring while the generator writes, and writing no more than is needed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from deployments.deadline import Call
from deployments.errors import Overloaded
from deployments.fakes import FakeKnobs
from deployments.types import (
    Copy,
    Decision,
    Degradation,
    ItemFacts,
    Reason,
    ScoreResult,
    Source,
    Stage,
    StageTiming,
)
from serve_app.contract.messages import CandidateEvent
from serve_app.flow.knobs import EarlyStop, IngressKnobs, SelectionKnobs
from serve_app.flow.metrics import NoMetrics
from serve_app.flow.pipeline import Pipeline, Stages
from tests.graph.stages import CATALOGUE, ScriptedGenerator, WatchedReward, brief, fakes

WORDS = ("A cup of coffee", "Cake on the table", "Coffee and cake", "Cake and coffee", "Table for coffee", "Coffee now")
COPIES = [Copy(title=title, body=f"{title}, and then some cake.") for title in WORDS]
EDITOR = {"id": "editor", "title": "Coffee time", "body": "Now."}
SURE = EarlyStop(win_probability=0.9, min_candidates=2)


class Stops(NoMetrics):
    def __init__(self) -> None:
        self.spared: list[int] = []

    def stopped_early(self, spared: int) -> None:
        self.spared.append(spared)


def pipeline(stages: Stages, early_stop: EarlyStop | None = None, metrics: NoMetrics | None = None) -> Pipeline:
    knobs = IngressKnobs(selection=SelectionKnobs(likelihood_weight=0, early_stop=early_stop, min_scoring_batch=1))
    return Pipeline(stages, knobs, CATALOGUE, metrics)


async def decide(stages: Stages, early_stop: EarlyStop | None = None, **fields: object) -> Decision:
    fields.setdefault("options", {"max_categories": 1, "candidates_per_category": len(COPIES)})
    return await pipeline(stages, early_stop).decide(brief(**fields))  # type: ignore[arg-type]


async def until(state: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not state():  # noqa: ASYNC110 - the fakes have no event for it
            await asyncio.sleep(0.001)


async def test_candidates_are_scored_while_others_are_written() -> None:
    reward = WatchedReward()
    generator = ScriptedGenerator(COPIES, latency_ms=50)
    await decide(fakes(generator=ScriptedGenerator(COPIES)))  # the first check loads the language identifier
    written_at_call: list[int] = []
    score = reward.score

    async def counting(facts: ItemFacts, copies: list[Copy], call: Call) -> ScoreResult:
        written_at_call.append(generator.written)
        return await score(facts, copies, call)

    reward.score = counting  # type: ignore[method-assign, assignment]
    decision = await decide(fakes(generator=generator, reward=reward), incumbents=[EDITOR])
    assert reward.calls[0] == ["Coffee time"]
    assert sorted(title for call in reward.calls for title in call) == sorted([*WORDS, "Coffee time"]), "each copy once"
    assert written_at_call[0] == 0
    assert len([n for n in written_at_call[1:] if n < len(COPIES)]) >= 2
    assert all(c.reward for c in decision.candidates)
    assert not decision.partial


async def test_a_slow_scorer_is_asked_for_all_that_gathered_in_one_call() -> None:
    reward = WatchedReward(latency_ms=10_000)
    run = pipeline(fakes(generator=ScriptedGenerator(COPIES), reward=reward)).run(brief(incumbents=[EDITOR]))
    events = [type(await anext(run)) for _ in range(2 + len(COPIES))]
    assert events[-1] is CandidateEvent
    end = asyncio.create_task(anext(run))
    await until(lambda: len(reward.calls) == 2)
    assert reward.calls == [["Coffee time"], list(WORDS)]
    end.cancel()
    await asyncio.gather(end, return_exceptions=True)
    await run.aclose()
    assert reward.cancelled == 2


async def test_the_decision_is_the_same_however_slow_the_scorer() -> None:
    outcomes = []
    for latency_ms in (0, 15):
        generator = ScriptedGenerator(COPIES, latency_ms=5)
        stages = fakes(generator=generator, reward=WatchedReward(latency_ms=latency_ms))
        decision = await decide(stages, incumbents=[EDITOR])
        outcomes.append([(c.id, c.score, c.win_probability, c.rank) for c in decision.candidates])
    assert outcomes[0] == outcomes[1]


async def test_the_stage_says_what_all_its_calls_took() -> None:
    reward = WatchedReward(latency_ms=10)
    decision = await decide(fakes(generator=ScriptedGenerator(COPIES, latency_ms=25), reward=reward))
    timing: StageTiming = next(t for t in decision.timings if t.stage is Stage.SCORE)
    assert len(reward.calls) > 1
    assert timing.compute_ms == pytest.approx(10 * len(reward.calls))
    assert timing.wall_ms >= 10 * (len(reward.calls) - 1)
    assert [t.stage for t in decision.timings] == list(Stage)


async def test_what_was_scored_stands_when_the_last_copies_cannot_be() -> None:
    class LateFailure(WatchedReward):
        async def score(self, facts: ItemFacts, copies: list[Copy], call: Call) -> ScoreResult:  # type: ignore[override]
            if any(c.title == WORDS[-1] for c in copies):
                raise Overloaded("full")
            return await super().score(facts, copies, call)

    stages = fakes(generator=ScriptedGenerator(COPIES, latency_ms=20), reward=LateFailure())
    decision = await decide(stages)
    assert decision.degradations == (Degradation.UNSCORED,)
    assert decision.source is Source.GENERATED
    assert [c.title for c in decision.candidates if c.reward is None][-1] == WORDS[-1]


async def leave(run: object, generator: ScriptedGenerator, reward: WatchedReward) -> None:
    """Take events until a score is under way, then close."""
    async for event in run:  # type: ignore[attr-defined]
        if isinstance(event, CandidateEvent) and reward.calls:
            break
    await run.aclose()  # type: ignore[attr-defined]


async def test_a_caller_who_leaves_leaves_no_task_behind() -> None:
    before = asyncio.all_tasks()
    generator, reward = ScriptedGenerator(COPIES, latency_ms=2), WatchedReward(latency_ms=10_000)
    await leave(pipeline(fakes(generator=generator, reward=reward)).run(brief()), generator, reward)
    assert (generator.closed, reward.cancelled) == (True, 1)
    assert asyncio.all_tasks() == before


async def test_a_cancelled_request_leaves_no_task_behind() -> None:
    before = asyncio.all_tasks()
    generator, reward = ScriptedGenerator(COPIES, latency_ms=2), WatchedReward(latency_ms=10_000)
    request = asyncio.create_task(decide(fakes(generator=generator, reward=reward), incumbents=[EDITOR]))
    await until(lambda: generator.closed and len(reward.calls) == 2)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert reward.cancelled == 2
    assert asyncio.all_tasks() == before


# --- early stop: sigmoid(3) = 0.953, sigmoid(1) = 0.731 ---------------------------------------------------------------


def means(best: float, others: float = 0.0, editor: float = 0.0) -> dict[str, float]:
    return dict.fromkeys(WORDS, others) | {WORDS[0]: best, "Coffee time": editor}


async def test_writing_ends_once_the_best_is_ahead_of_the_incumbent() -> None:
    generator, stops = ScriptedGenerator(COPIES, latency_ms=30), Stops()
    stages = fakes(generator=generator, reward=WatchedReward(means(best=3.0)))
    options = {"max_categories": 1, "candidates_per_category": len(COPIES)}
    run = pipeline(stages, SURE, stops)
    decision = await run.decide(brief(incumbents=[EDITOR], options=options))
    assert generator.closed
    assert 2 <= generator.written < len(COPIES)
    assert stops.spared == [len(COPIES) - generator.written]
    assert generator.written == len([c for c in decision.candidates if c.source is Source.GENERATED])
    assert (decision.reason, decision.notification and decision.notification.title) == (
        Reason.BEAT_INCUMBENT,
        WORDS[0],
    )
    assert (decision.partial, decision.degradations) == (False, ())


async def test_a_candidate_that_is_being_written_is_cancelled_and_not_waited_for() -> None:
    class Stuck(ScriptedGenerator):
        async def generate(self, task, call):  # type: ignore[no-untyped-def, override]
            async for draft in super().generate(task, call):
                yield draft
                if self.written == 2:
                    await asyncio.Event().wait()

    generator = Stuck(COPIES)
    stages = fakes(generator=generator, reward=WatchedReward(means(best=3.0), latency_ms=20))
    decision = await asyncio.wait_for(decide(stages, SURE, incumbents=[EDITOR]), 5)
    assert generator.written == 2
    assert not decision.partial


async def test_without_an_incumbent_it_must_be_ahead_of_the_next_best() -> None:
    for best, stops in ((3.0, True), (1.0, False)):
        generator = ScriptedGenerator(COPIES, latency_ms=30)
        stages = fakes(generator=generator, reward=WatchedReward(means(best=best)))
        decision = await decide(stages, SURE)
        assert (generator.written < len(COPIES)) is stops
        assert decision.reason is Reason.BEST_CANDIDATE
        assert not decision.partial


@pytest.mark.parametrize(
    ("early_stop", "options"),
    [
        (None, {}),
        (EarlyStop(win_probability=0.96), {}),
        (EarlyStop(win_probability=0.9, min_candidates=len(COPIES)), {}),
        (SURE, {"margin": 0.49}),  # the incumbent would be kept
    ],
)
async def test_all_are_written_when_none_is_ahead_by_the_rule(early_stop: EarlyStop | None, options: dict) -> None:
    generator = ScriptedGenerator(COPIES, latency_ms=15)
    stages = fakes(generator=generator, reward=WatchedReward(means(best=3.0)))
    wide = {"max_categories": 1, "candidates_per_category": len(COPIES), **options}
    await decide(stages, early_stop, incumbents=[EDITOR], options=wide)
    assert generator.written == len(COPIES)


async def test_fakes_with_the_rule_write_fewer_of_many() -> None:
    """The whole graph on fakes, whose rewards lie between 0 and 1: a low bar is soon reached."""
    stages = fakes()
    stages.generator.knobs = FakeKnobs(latency_ms=5)  # type: ignore[attr-defined]
    options = {"candidates_per_category": 8}
    all_of_them = await pipeline(stages).decide(brief(options=options))
    fewer = await pipeline(stages, EarlyStop(win_probability=0.51)).decide(brief(options=options))
    assert len(all_of_them.candidates) == 32
    assert 2 <= len(fewer.candidates) < 16
    assert not fewer.partial
