"""The generator over an engine that answers when told."""

from __future__ import annotations

import pytest

from deployments.errors import InvalidInput, Misconfigured
from deployments.generator.drafting import seed_of
from deployments.generator.settings import GeneratorKnobs
from deployments.types import Item, Priority
from tests.unit.deployments.generator.fake_engine import Engine, copy, drafts, generator, task


async def test_each_category_gets_its_candidates_with_what_they_cost() -> None:
    engine = Engine(copy)
    written = await drafts(generator(engine), task())
    assert sorted(d.category for d in written) == ["A", "A", "B", "B"]
    assert {d.title for d in written} == {f"Title {n}" for n in range(4)}
    usage = written[0].usage
    assert (usage.output_tokens, usage.cached_tokens, usage.queue_ms, usage.compute_ms) == (7, 3, 1.0, 2.0)
    assert (written[0].likelihood, written[0].answer_likelihood) == (-0.75, -0.5)
    assert {priority for _, _, _, priority in engine.requests} == {Priority.BACKFILL}
    assert len({request_id for _, _, request_id, _ in engine.requests}) == 4
    assert len(set(engine.deadlines)) == 1, "the engine orders all of a task by the request's own deadline"


async def test_seeds_differ_between_candidates_and_repeat_between_requests() -> None:
    first, again = Engine(copy), Engine(copy)
    await drafts(generator(first), task())
    await drafts(generator(again), task())
    seeds = [sampling.seed for _, sampling, _, _ in first.requests]
    assert len(set(seeds)) == 4
    assert seeds == [sampling.seed for _, sampling, _, _ in again.requests]
    assert seed_of(None, "A", 0) is None


async def test_the_requests_temperature_wins() -> None:
    engine = Engine(copy)
    await drafts(generator(engine, GeneratorKnobs(temperature=0.3)), task(temperature=1.5))
    await drafts(generator(engine, GeneratorKnobs(temperature=0.3)), task())
    assert [sampling.temperature for _, sampling, _, _ in engine.requests] == [1.5] * 4 + [0.3] * 4


async def test_an_answer_that_cannot_be_read_is_an_unfinished_draft() -> None:
    stage = generator(Engine(lambda n: '{"title":"Half' if n == 0 else copy(n)), GeneratorKnobs(second_tries=0))
    written = await drafts(stage, task())
    assert sorted(d.finished for d in written) == [False, True, True, True]
    assert next(d for d in written if not d.finished).title == "Half"


async def test_a_long_item_leaves_room_for_the_answer() -> None:
    engine = Engine(copy)
    stage = generator(engine, GeneratorKnobs(max_facts_tokens=65536))
    await drafts(stage, task(item=Item(title="A cat", description="word " * 2000)))
    room = stage._settings.engine.max_model_len - stage._knobs.max_tokens
    assert max(len(prompt.token_ids) for prompt, _, _, _ in engine.requests) <= room


async def test_too_many_candidates_are_refused() -> None:
    with pytest.raises(InvalidInput, match="candidates"):
        await drafts(generator(Engine(copy), GeneratorKnobs(max_drafts_per_request=3)), task())


async def test_knobs_that_leave_no_room_for_a_prompt_are_refused() -> None:
    stage = generator(Engine(copy))
    with pytest.raises(Misconfigured, match="max_model_len=1024"):
        await stage.reconfigure(GeneratorKnobs(max_tokens=1000))
    assert stage._knobs == GeneratorKnobs()


async def test_an_operator_may_leave_the_form_to_the_model() -> None:
    constrained, free = Engine(copy), Engine(copy)
    await drafts(generator(constrained), task())
    await drafts(generator(free, GeneratorKnobs(grammar=False)), task())
    assert all("root" in (sampling.grammar or "") for _, sampling, _, _ in constrained.requests)
    assert not any(sampling.grammar for _, sampling, _, _ in free.requests)
