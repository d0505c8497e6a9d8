"""Fakes keep the promises of the stages that they stand in for."""

from __future__ import annotations

import asyncio

import pytest

from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded
from deployments.fakes import FakeCaptioner, FakeGenerator, FakeKnobs, FakeRewardScorer, FakeRouter, FakeStage
from deployments.types import CategoryPlan, Copy, Draft, GenerationTask, Item, ItemFacts, LengthProfile, RouteResult


def call(seconds: float = 30) -> Call:
    return Call(Deadline.after(seconds))


def task(**changes: object) -> GenerationTask:
    plan = [CategoryPlan(category=name, instruction="x") for name in ("DIRECT", "STORY")]
    profile = LengthProfile(length_profile="p", max_title=18, max_body=30)
    fields = {"item": Item(title="A very long title of an item"), "caption": "", "plan": plan, "profile": profile}
    return GenerationTask.model_validate(fields | {"candidates_per_category": 3} | changes)


async def drafts(work: GenerationTask) -> list[Draft]:
    return [draft async for draft in FakeGenerator().generate(work, call())]


async def route(**changes: object) -> RouteResult:
    arguments = {"requested": (), "barred": (), "max_categories": 4} | changes
    return await FakeRouter().route(Item(), "", call=call(), **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(("item", "words"), [(Item(title="A cat"), "A cat"), (Item(), "a picture")])
async def test_a_caption_says_that_it_is_fake_and_names_the_item(item: Item, words: str) -> None:
    caption = (await FakeCaptioner().caption(item, call())).caption
    assert "fake" in caption.text
    assert words in caption.text


async def test_a_plan_has_what_was_requested_less_what_was_barred_and_weighs_one() -> None:
    free = await route()
    assert len(free.plan) == 4
    assert sum(plan.weight for plan in free.plan) == pytest.approx(1)
    assert not any(plan.wanted for plan in free.plan)
    chosen = await route(requested=("STORY", "HUMOUR", "DIRECT"), barred=("HUMOUR",), max_categories=9)
    assert [(plan.category, plan.wanted) for plan in chosen.plan] == [("STORY", True), ("DIRECT", True)]
    assert (await route(requested=("STORY",), barred=("STORY",))).plan == ()


async def test_the_router_publishes_what_it_may_plan() -> None:
    published = {info.category for info in await FakeRouter().categories()}
    assert {plan.category for plan in (await route(max_categories=99)).plan} == published
    assert any(info.is_default for info in await FakeRouter().categories())


async def test_every_category_gets_its_candidates_within_the_length_and_without_digits() -> None:
    written = await drafts(task(seed=1))
    assert [draft.category for draft in written] == ["DIRECT"] * 3 + ["STORY"] * 3
    assert len({draft.title for draft in written}) == 6
    for draft in written:
        assert len(draft.title) <= 18
        assert len(draft.body) <= 30
        assert not any(c.isdigit() for c in draft.title + draft.body), "a digit would be ungrounded"


async def test_equal_seeds_write_equal_drafts() -> None:
    first, again, other = [await drafts(task(seed=seed)) for seed in (1, 1, 2)]
    assert first == again
    assert {d.title for d in first}.isdisjoint({d.title for d in other})


async def test_rewards_depend_on_the_copy_alone_and_differ() -> None:
    copies = [Copy(title="a"), Copy(title="b"), Copy(title="a")]
    result = await FakeRewardScorer().score(ItemFacts(), copies, call())
    means = [reward.mean for reward in result.rewards]
    assert means[0] == means[2] != means[1]
    assert all(0 <= mean < 1 for mean in means)
    assert result.usage.batch_size == 3


@pytest.mark.parametrize("stage", [FakeCaptioner(), FakeRouter(), FakeGenerator(), FakeRewardScorer()])
async def test_the_latency_counts_against_the_deadline(stage: FakeStage) -> None:
    await stage.start(FakeKnobs(latency_ms=10_000))
    with pytest.raises(DeadlineExceeded, match="while working"):
        await stage.work(call(0.01), "working")
    await stage.reconfigure(FakeKnobs())
    assert (await stage.work(call(), "working")).compute_ms == 0
    assert stage.revision().kind == "fake"


async def test_each_candidate_takes_its_own_latency_and_leaves_at_once() -> None:
    """What is written leaves before the next one begins."""
    stage = FakeGenerator()
    stage.knobs = FakeKnobs(latency_ms=1)
    stream = stage.generate(task(), call())
    first = await anext(stream)
    assert first.usage.compute_ms == 1
    stage.knobs = FakeKnobs(latency_ms=3_600_000)
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


async def test_a_replica_of_a_fake_has_as_many_places_as_its_knobs_say() -> None:
    stage = FakeCaptioner()
    await stage.start(FakeKnobs(latency_ms=20, places=2))
    calls = [asyncio.create_task(stage.caption(Item(), call())) for _ in range(5)]
    await asyncio.sleep(0)
    assert [r.value for r in stage.readings()] == [3]
    costs = [(await each).usage for each in calls]
    assert all(cost.queue_ms >= least for cost, least in zip(costs, (0, 0, 19, 19, 38), strict=True))
    assert max(cost.queue_ms for cost in costs[:2]) < 19
    assert {cost.compute_ms for cost in costs} == {20}
    assert [r.value for r in stage.readings()] == [0]


async def test_a_call_whose_time_ends_in_the_queue_of_a_fake_takes_no_place() -> None:
    stage = FakeCaptioner()
    await stage.start(FakeKnobs(latency_ms=60, places=1))
    first = asyncio.create_task(stage.caption(Item(), call()))
    await asyncio.sleep(0)
    with pytest.raises(DeadlineExceeded):
        await stage.caption(Item(), call(0.01))
    await first
    assert (await stage.caption(Item(), call())).usage.queue_ms < 30
