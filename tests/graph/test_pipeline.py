"""The flow on fakes: what a caller sees of a request, whole, cut and broken."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from deployments.deadline import Call
from deployments.errors import DeadlineExceeded, InvalidInput, Overloaded, PushGenError, StageFailed, StageUnavailable
from deployments.fakes import FakeCaptioner, FakeGenerator, FakeKnobs, FakeRewardScorer
from deployments.types import (
    CaptionResult,
    CaptionSource,
    Copy,
    Decision,
    Degradation,
    Draft,
    GenerationTask,
    Item,
    Reason,
    Source,
    Stage,
)
from serve_app.contract.messages import CandidateEvent, CaptionedEvent, DecidedEvent, Event, RoutedEvent, ScoredEvent
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.pipeline import Pipeline, Stages
from serve_app.policy import warm_up
from tests.graph.stages import (
    CATALOGUE,
    CATEGORIES,
    PIXEL,
    BrokenCaptioner,
    BrokenReward,
    BrokenRouter,
    ScriptedGenerator,
    brief,
    fakes,
)

pytestmark = pytest.mark.usefixtures("both_placements")

GOOD = [
    Copy(title="A cup of coffee", body="Coffee and cake are on the table."),
    Copy(title="Cake?", body="Have some cake."),
]


@pytest.fixture(autouse=True, scope="module")
def _warm_policy() -> None:
    """The first check loads the policy's language model, which takes a second."""
    warm_up()


async def decide(stages: Stages | None = None, **fields: object) -> Decision:
    return await Pipeline(stages or fakes(), IngressKnobs(), CATALOGUE).decide(brief(**fields))  # type: ignore[arg-type]


async def events(stages: Stages | None = None, **fields: object) -> list[Event]:
    return [e async for e in Pipeline(stages or fakes(), IngressKnobs(), CATALOGUE).run(brief(**fields))]  # type: ignore[arg-type]


async def test_a_decision_names_everything_that_was_in_the_running() -> None:
    decision = await decide(incumbents=[{"title": "Coffee time", "body": "Coffee and cake."}])
    generated = [c for c in decision.candidates if c.source is Source.GENERATED]
    assert len(generated) == 8
    assert {c.category for c in generated} == set(CATEGORIES[:4])
    assert sorted(c.rank for c in decision.candidates) == list(range(1, 10))
    assert decision.notification is not None
    winner = next(c for c in decision.candidates if c.id == decision.notification.candidate_id)
    assert winner.rank == 1
    assert {t.stage for t in decision.timings} == set(Stage)
    assert {r.stage for r in decision.revisions} == {Stage.CAPTION, Stage.ROUTE, Stage.GENERATE, Stage.SCORE}
    assert not decision.partial


async def test_a_replacement_must_be_as_likely_to_win_as_the_margin_asks() -> None:
    editor = {"id": "editor", "title": "Coffee time", "body": "Coffee and cake."}
    for margin in (0.0, 0.4999):
        *_, scored, decided = await events(incumbents=[editor], options={"margin": margin})
        assert isinstance(scored, ScoredEvent)
        assert isinstance(decided, DecidedEvent)
        chances = {c.id: c.win_probability for c in decided.decision.candidates}
        assert chances == {c.id: c.win_probability for c in scored.candidates}
        assert chances.pop("editor") is None
        best = next(c for c in decided.decision.candidates if c.source is Source.GENERATED)
        assert best.win_probability == max(chances.values())  # type: ignore[type-var]
        assert decided.decision.reason is (Reason.BELOW_MARGIN if margin else Reason.BEAT_INCUMBENT)


async def test_events_come_in_the_order_of_the_flow_and_end_with_decided() -> None:
    seen = await events()
    kinds = [type(e) for e in seen]
    assert kinds == [CaptionedEvent, RoutedEvent, *[CandidateEvent] * 8, ScoredEvent, DecidedEvent]


async def test_a_given_caption_is_used_and_the_captioner_left_alone() -> None:
    stages = fakes(captioner=BrokenCaptioner(StageFailed("must not be called")))
    decision = await decide(stages, item={"caption": "A cup of coffee beside a cake"})
    assert decision.caption.source is CaptionSource.GIVEN
    assert not decision.partial
    assert Stage.CAPTION not in {t.stage for t in decision.timings}


@pytest.mark.parametrize("error", [Overloaded("full"), StageUnavailable("gone")])
async def test_an_item_without_pictures_needs_no_captioner(error: PushGenError) -> None:
    stages = fakes(captioner=BrokenCaptioner(error))
    words = {"title": "Coffee and cake", "description": "A cup of coffee."}
    decision = await decide(stages, item=words, options={"allow_degradation": False})
    assert (decision.caption.source, decision.caption.text) == (
        CaptionSource.METADATA, "Coffee and cake. A cup of coffee.",
    )  # fmt: skip
    assert not decision.partial
    revisions = {revision.stage: revision for revision in decision.revisions}
    assert (revisions[Stage.CAPTION].kind, revisions[Stage.CAPTION].model) == ("words", "")
    assert Stage.CAPTION not in {t.stage for t in decision.timings}


async def test_wishes_for_categories_win() -> None:
    decision = await decide(options={"categories_wanted": ["HUMOUR", "STORY"], "candidates_per_category": 3})
    assert {c.category for c in decision.candidates} == {"HUMOUR", "STORY"}
    assert len(decision.candidates) == 6
    assert all(c.wanted for c in decision.categories)


@pytest.mark.parametrize("error", [StageFailed("x"), StageUnavailable("x"), DeadlineExceeded("x")])
async def test_a_lost_captioner_degrades_to_the_metadata_and_says_so(error: PushGenError) -> None:
    decision = await decide(fakes(captioner=BrokenCaptioner(error)))
    assert decision.caption.source is CaptionSource.METADATA
    assert "Coffee and cake" in decision.caption.text
    assert decision.degradations == (Degradation.CAPTION_FROM_METADATA,)
    assert decision.partial
    assert decision.source is Source.GENERATED


async def test_a_lost_router_degrades_to_the_default_categories() -> None:
    decision = await decide(
        fakes(router=BrokenRouter(StageUnavailable("x"))), options={"categories_barred": ["DIRECT"]}
    )
    assert [c.category for c in decision.categories] == ["CURIOSITY", "QUESTION"]
    assert decision.degradations == (Degradation.DEFAULT_CATEGORIES,)


async def test_without_a_reward_what_exists_is_kept() -> None:
    stages = fakes(reward=BrokenReward(StageFailed("x")))
    unscored = await decide(stages, incumbents=[{"title": "Coffee time", "body": "Now."}])
    assert (unscored.source, unscored.reason) == (Source.INCUMBENT, Reason.UNSCORED)
    nothing = await decide(stages)
    assert (nothing.source, nothing.reason, nothing.notification) == (Source.NONE, Reason.UNSCORED, None)
    assert all(c.reward is None for c in unscored.candidates)


@pytest.mark.parametrize(
    "stages",
    [
        fakes(captioner=BrokenCaptioner(StageUnavailable("x"))),
        fakes(router=BrokenRouter(StageUnavailable("x"))),
        fakes(generator=ScriptedGenerator(GOOD, StageUnavailable("x"))),
        fakes(reward=BrokenReward(StageUnavailable("x"))),
    ],
)
async def test_a_caller_who_allows_no_degradation_gets_the_error(stages: Stages) -> None:
    with pytest.raises(StageUnavailable):
        await decide(stages, options={"allow_degradation": False})


@pytest.mark.parametrize("error", [InvalidInput([]), Overloaded("x")])
async def test_bad_input_and_overload_are_never_hidden(error: PushGenError) -> None:
    with pytest.raises(type(error)):
        await decide(fakes(captioner=BrokenCaptioner(error)))


async def test_a_generator_that_dies_midway_leaves_what_it_wrote() -> None:
    decision = await decide(fakes(generator=ScriptedGenerator(GOOD, StageUnavailable("x"))))
    assert len(decision.candidates) == 2
    assert decision.degradations == (Degradation.FEWER_CANDIDATES,)
    assert decision.source is Source.GENERATED


async def test_generation_is_cut_so_that_scoring_still_fits() -> None:
    generator, reward = FakeGenerator(), FakeRewardScorer()
    generator.knobs, reward.knobs = FakeKnobs(latency_ms=150), FakeKnobs(latency_ms=50)
    decision = await decide(fakes(generator=generator, reward=reward), budget_s=1.0, options={"time_budget_ms": 1000})
    assert 1 <= len(decision.candidates) < 8
    assert Degradation.FEWER_CANDIDATES in decision.degradations
    assert decision.source is Source.GENERATED


async def test_a_short_budget_is_shared_out_and_a_fast_graph_skips_nothing() -> None:
    decision = await decide(budget_s=1.0, options={"time_budget_ms": 1000})
    assert not decision.partial
    assert len(decision.candidates) == 8


async def test_no_time_to_write_keeps_the_incumbent() -> None:
    generator = FakeGenerator()
    generator.knobs = FakeKnobs(latency_ms=5000)
    more = {"options": {"time_budget_ms": 500}, "incumbents": [{"title": "Coffee time", "body": "Now."}]}
    decision = await decide(fakes(generator=generator), budget_s=0.5, **more)
    assert (decision.source, decision.reason) == (Source.INCUMBENT, Reason.NO_CANDIDATES)
    assert decision.partial


async def test_rejected_candidates_keep_their_reasons_and_are_not_scored() -> None:
    bad = Copy(title="Win 9999 dollars", body="Coffee and cake are on the table.")
    decision = await decide(fakes(generator=ScriptedGenerator([bad, GOOD[0]])), options={"max_categories": 1})
    worst = decision.candidates[-1]
    assert worst.rejected
    assert worst.reward is None
    assert {f.rule for f in worst.findings} >= {"grounding.price"}


async def test_all_rejected_falls_back_to_the_template_filled_in() -> None:
    bad = ScriptedGenerator([Copy(title="Win 9999 dollars", body="Coffee.")] * 2)
    template = {"id": "t", "title": "New: {title}", "body": "See {title} now.", "kind": "INCUMBENT_KIND_TEMPLATE"}
    decision = await decide(fakes(generator=bad), incumbents=[template], options={"max_categories": 1})
    assert (decision.source, decision.reason) == (Source.TEMPLATE, Reason.ALL_REJECTED)
    assert decision.notification is not None
    assert decision.notification.title == "New: Coffee and cake"


async def test_a_template_that_cannot_be_filled_is_rejected() -> None:
    template = {"id": "t", "title": "{city} calls", "body": "x", "kind": "INCUMBENT_KIND_TEMPLATE"}
    decision = await decide(fakes(generator=ScriptedGenerator([])), incumbents=[template])
    assert decision.source is Source.NONE
    assert decision.candidates[0].findings[0].rule == "template.value"


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ({"title": "{description}", "body": "Now."}, "length.title"),
        ({"title": "New", "body": "{description} {description}"}, "length.body"),
        ({"title": "{price:usd}", "body": "Now."}, "template.value"),
    ],
)
async def test_a_template_that_does_not_fit_is_rejected_and_never_an_internal_error(template: dict, code: str) -> None:
    item = {"title": "Coffee", "description": "long " * 1990}
    incumbent = {"id": "t", "kind": "INCUMBENT_KIND_TEMPLATE", **template}
    decision = await decide(fakes(generator=ScriptedGenerator([])), item=item, incumbents=[incumbent])
    assert decision.source is Source.NONE
    assert decision.candidates[0].findings[0].rule == code


async def test_nothing_is_written_about_an_item_that_nothing_is_known_of() -> None:
    stages = fakes(captioner=BrokenCaptioner(StageUnavailable("x")))
    decision = await decide(stages, item={"images": [{"data": PIXEL}]})
    assert (decision.source, decision.reason) == (Source.NONE, Reason.NO_CANDIDATES)
    assert Degradation.FEWER_CANDIDATES in decision.degradations


async def test_a_caption_that_was_cut_is_declared() -> None:
    class Cut(FakeCaptioner):
        async def caption(self, item: Item, call: Call) -> CaptionResult:
            return (await super().caption(item, call)).model_copy(update={"complete": False})

    decision = await decide(fakes(captioner=Cut()))
    assert decision.degradations == (Degradation.CAPTION_INCOMPLETE,)
    with pytest.raises(DeadlineExceeded):
        await decide(fakes(captioner=Cut()), options={"allow_degradation": False})


async def test_the_authors_words_for_a_picture_reach_the_generator() -> None:
    seen: list[GenerationTask] = []

    class Watching(FakeGenerator):
        def generate(self, task: GenerationTask, call: Call) -> AsyncGenerator[Draft, None]:
            seen.append(task)
            return super().generate(task, call)  # type: ignore[return-value]

    await decide(
        fakes(generator=Watching()), item={"title": "x", "images": [{"data": PIXEL, "alt_text": "a red door"}]}
    )
    assert [i.alt_text for i in seen[0].item.images] == ["a red door"]
    assert seen[0].item.images[0].data is None


async def test_an_overloaded_scorer_does_not_throw_the_generation_away() -> None:
    stages = fakes(reward=BrokenReward(Overloaded("full")))
    decision = await decide(stages, incumbents=[{"title": "Coffee time", "body": "Now."}])
    assert (decision.source, decision.reason) == (Source.INCUMBENT, Reason.UNSCORED)


async def test_a_repeat_of_a_recent_copy_is_rejected() -> None:
    decision = await decide(
        fakes(generator=ScriptedGenerator(GOOD)), recent_copies=[GOOD[0].model_dump()], options={"max_categories": 1}
    )
    assert [c.title for c in decision.candidates if c.rejected] == [GOOD[0].title]


async def test_a_caller_who_leaves_stops_the_generator() -> None:
    generator = ScriptedGenerator(GOOD, latency_ms=1)
    run = Pipeline(fakes(generator=generator), IngressKnobs(), CATALOGUE).run(brief())
    async for event in run:
        if isinstance(event, CandidateEvent):
            break
    await run.aclose()  # type: ignore[attr-defined]
    assert generator.closed
