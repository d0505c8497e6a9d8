"""The generator over an engine that answers when told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence

import pytest

from deployments.deadline import Call, Deadline
from deployments.engines import Contrast, Message, Prompt, Sample, Sampling
from deployments.engines.adapters import Adapter
from deployments.errors import DeadlineExceeded, InvalidInput, Misconfigured, StageFailed, StageUnavailable
from deployments.generator.drafting import seed_of
from deployments.generator.generator import VllmGenerator
from deployments.generator.settings import GeneratorKnobs, GeneratorSettings
from deployments.kinds import build
from deployments.types import CategoryPlan, Draft, GenerationTask, Item, LengthProfile, Priority


class Engine:
    """Answers each request with what `answer` makes of its number; a number in `held` waits for ever."""

    def __init__(self, answer: Callable[[int], str | Exception], held: Sequence[int] = ()) -> None:
        self.answer, self.held = answer, held
        self.asked: list[tuple[Prompt, Sampling, str, Priority]] = []
        self.unfinished_requests = 0
        self.prompts: list[list[Message]] = []
        self.adapters: dict[str, Adapter] = {}
        self.adapters_asked: list[str] = []
        self.deadlines: list[Deadline] = []
        self.contrasts = 0
        self.contrast_error: Exception | None = None
        self.contrast_held = False

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def render(self, messages: list[Message]) -> Prompt:
        self.prompts.append(messages)
        return Prompt(token_ids=tuple(range(sum(self.count_tokens(m.text) for m in messages))))

    async def sample(
        self,
        prompt: Prompt,
        sampling: Sampling,
        *,
        request_id: str,
        priority: Priority,
        deadline: Deadline,
        adapter: str,
        stop_when: Callable[[str], bool],
    ) -> Sample:
        self.adapters_asked.append(adapter)
        self.deadlines.append(deadline)
        number = len(self.asked)
        self.asked.append((prompt, sampling, request_id, priority))
        self.unfinished_requests += 1
        try:
            if number in self.held:
                await asyncio.Event().wait()
            found = self.answer(number)
            if isinstance(found, Exception):
                raise found
            grown = (found[:end] for end in range(1, len(found)))
            text = next((text for text in grown if stop_when(text)), found)
            return Sample(0, text, text != found, -0.5, len(prompt.token_ids), 3, 7, 1.0, 2.0)
        finally:
            self.unfinished_requests -= 1

    async def contrast(
        self,
        prompt: Prompt,
        words: tuple[str, str],
        *,
        request_id: str,
        priority: Priority,
        deadline: Deadline,
        adapter: str,
    ) -> Contrast:
        self.contrasts += 1
        if self.contrast_held:
            await asyncio.Event().wait()
        if self.contrast_error is not None:
            raise self.contrast_error
        assert words == ("Yes", "No")
        return Contrast(1.5, Sample(0, "Yes", True, -0.1, len(prompt.token_ids), 3, 1, 1.0, 2.0))


def copy(n: int) -> str:
    return json.dumps({"title": f"Title {n}", "body": f"This is body number {n}."})


def generator(engine: Engine, knobs: GeneratorKnobs | None = None) -> VllmGenerator:
    stage = build(GeneratorSettings.model_validate({"engine": {"model": "m"}}))
    stage._engine = engine  # type: ignore[assignment]
    stage._knobs = knobs or GeneratorKnobs()
    return stage


def task(**changes: object) -> GenerationTask:
    plans = [CategoryPlan(category=name, instruction=f"Be {name}.") for name in ("A", "B")]
    profile = LengthProfile(length_profile="p", max_title=40, max_body=90)
    fields = {"item": Item(title="A cat"), "caption": "", "plan": plans, "profile": profile, "seed": 5}
    return GenerationTask.model_validate(fields | {"candidates_per_category": 2} | changes)


async def drafts(stage: VllmGenerator, work: GenerationTask, seconds: float = 5) -> list[Draft]:
    return [draft async for draft in stage.generate(work, Call(Deadline.after(seconds), Priority.BACKFILL, "r"))]


async def test_each_category_gets_its_candidates_with_what_they_cost() -> None:
    engine = Engine(copy)
    written = await drafts(generator(engine), task())
    assert sorted(d.category for d in written) == ["A", "A", "B", "B"]
    assert {d.title for d in written} == {f"Title {n}" for n in range(4)}
    usage = written[0].usage
    assert (usage.output_tokens, usage.cached_tokens, usage.queue_ms, usage.compute_ms) == (7, 3, 1.0, 2.0)
    assert written[0].likelihood == -0.5
    assert {priority for _, _, _, priority in engine.asked} == {Priority.BACKFILL}
    assert len({request_id for _, _, request_id, _ in engine.asked}) == 4
    assert len(set(engine.deadlines)) == 1, "the engine orders all of a task by the request's own deadline"


async def test_seeds_differ_between_candidates_and_repeat_between_requests() -> None:
    first, again = Engine(copy), Engine(copy)
    await drafts(generator(first), task())
    await drafts(generator(again), task())
    seeds = [sampling.seed for _, sampling, _, _ in first.asked]
    assert len(set(seeds)) == 4
    assert seeds == [sampling.seed for _, sampling, _, _ in again.asked]
    assert seed_of(None, "A", 0) is None


async def test_the_requests_temperature_wins() -> None:
    engine = Engine(copy)
    await drafts(generator(engine, GeneratorKnobs(temperature=0.3)), task(temperature=1.5))
    await drafts(generator(engine, GeneratorKnobs(temperature=0.3)), task())
    assert [sampling.temperature for _, sampling, _, _ in engine.asked] == [1.5] * 4 + [0.3] * 4


async def test_an_answer_that_cannot_be_read_is_an_unfinished_draft() -> None:
    stage = generator(Engine(lambda n: '{"title":"Half' if n == 0 else copy(n)), GeneratorKnobs(second_tries=0))
    written = await drafts(stage, task())
    assert sorted(d.finished for d in written) == [False, True, True, True]
    assert next(d for d in written if not d.finished).title == "Half"


CUT = '{"title":"Half'


def stubborn(**answers: str | Exception) -> Engine:
    """Answers the first candidate of category A, try by try, with `answers`; all others well."""

    def answer(number: int) -> str | Exception:
        request_id = engine.asked[number][2]
        tries = request_id.removeprefix("r-A-0").removeprefix("-") or "0"
        return answers.get(f"try_{tries}", copy(number))

    engine = Engine(answer)
    return engine


async def test_a_cut_draft_is_written_again_with_another_seed_and_costs_both() -> None:
    engine = stubborn(try_0=CUT, try_1=CUT)
    written = await drafts(generator(engine, GeneratorKnobs(second_tries=2)), task())
    assert [d.finished for d in written] == [True] * 4
    again = next(d for d in written if d.tries > 1)
    assert (again.tries, again.category) == (3, "A")
    assert (again.usage.output_tokens, again.usage.compute_ms) == (21, 6.0)
    assert len({sampling.seed for _, sampling, _, _ in engine.asked}) == 6
    assert len({request_id for _, _, request_id, _ in engine.asked}) == 6


@pytest.mark.parametrize("second", [CUT, StageFailed("x")])
async def test_a_second_try_that_is_no_better_leaves_a_draft(second: str | Exception) -> None:
    engine = stubborn(try_0=CUT, try_1=second)
    written = await drafts(generator(engine, GeneratorKnobs(second_tries=1)), task())
    assert len(engine.asked) == 5
    assert sorted(d.finished for d in written) == [False, True, True, True]


async def test_a_greedy_answer_is_not_asked_for_twice() -> None:
    engine = Engine(lambda n: '{"title":"Half' if n == 0 else copy(n))
    await drafts(generator(engine), task(temperature=0))
    assert len(engine.asked) == 4


async def test_one_failure_does_not_end_the_others() -> None:
    written = await drafts(generator(Engine(lambda n: StageFailed("x") if n == 1 else copy(n))), task())
    assert len(written) == 3


async def test_when_all_fail_the_stage_has_failed() -> None:
    with pytest.raises(StageFailed):
        await drafts(generator(Engine(lambda n: StageFailed("x"))), task())


async def test_a_dead_engine_is_said_at_once() -> None:
    engine = Engine(lambda n: StageUnavailable("dead"), held=(1, 2, 3))
    with pytest.raises(StageUnavailable):
        await drafts(generator(engine), task())
    assert engine.unfinished_requests == 0


async def test_at_the_deadline_what_is_made_stays_and_the_rest_is_aborted() -> None:
    engine = Engine(copy, held=(2, 3))
    written = await drafts(generator(engine), task(), seconds=0.2)
    assert len(written) == 2
    assert engine.unfinished_requests == 0


async def test_a_deadline_with_nothing_made_is_an_error() -> None:
    engine = Engine(copy, held=range(4))
    with pytest.raises(DeadlineExceeded):
        await drafts(generator(engine), task(), seconds=0.1)
    assert engine.unfinished_requests == 0


async def test_expired_work_is_never_begun() -> None:
    engine = Engine(copy)
    with pytest.raises(DeadlineExceeded):
        await drafts(generator(engine), task(), seconds=-1)
    assert engine.asked == []


async def test_a_consumer_that_has_enough_aborts_the_rest() -> None:
    engine = Engine(copy, held=(1, 2, 3))
    stream = generator(engine).generate(task(), Call(Deadline.after(5)))
    await anext(stream)
    await stream.aclose()
    assert engine.unfinished_requests == 0


async def test_a_long_item_leaves_room_for_the_answer() -> None:
    engine = Engine(copy)
    stage = generator(engine, GeneratorKnobs(max_facts_tokens=65536))
    await drafts(stage, task(item=Item(title="A cat", description="word " * 2000)))
    room = stage._settings.engine.max_model_len - stage._knobs.max_tokens
    assert max(len(prompt.token_ids) for prompt, _, _, _ in engine.asked) <= room


async def test_too_many_candidates_are_refused() -> None:
    with pytest.raises(InvalidInput, match="candidates"):
        await drafts(generator(Engine(copy), GeneratorKnobs(max_drafts_per_request=3)), task())


async def test_knobs_that_leave_no_room_for_a_prompt_are_refused() -> None:
    stage = generator(Engine(copy))
    with pytest.raises(Misconfigured, match="max_model_len=1024"):
        await stage.reconfigure(GeneratorKnobs(max_tokens=1000))
    assert stage._knobs == GeneratorKnobs()


def adapted(engine: Engine, adapter: str = "") -> VllmGenerator:
    """A started generator with one adapter."""
    settings = {"engine": {"model": "m", "adapters": {"news": "folder"}}}
    stage = build(GeneratorSettings.model_validate(settings))
    engine.adapters = {"news": Adapter("news", 1, "folder", 8, "0123456789ab")}
    stage._engine = engine  # type: ignore[assignment]
    stage._knobs = GeneratorKnobs(adapter=adapter)
    stage._revision = stage._revision.model_copy(update={"model_revision": "base"})
    return stage


async def test_the_adapter_of_the_knobs_writes_and_every_draft_says_so() -> None:
    engine = Engine(copy)
    stage = adapted(engine, "news")
    written = await drafts(stage, task())
    assert set(engine.adapters_asked) == {"news"}
    assert {d.revision.model_revision for d in written if d.revision} == {"base+news@0123456789ab"}
    assert stage.revision() == written[0].revision


async def test_another_adapter_is_chosen_while_serving_and_an_unknown_one_refused() -> None:
    engine = Engine(copy)
    stage = adapted(engine)
    await drafts(stage, task())
    await stage.reconfigure(GeneratorKnobs(adapter="news"))
    with pytest.raises(Misconfigured, match="'nws'; did you mean 'news'"):
        await stage.reconfigure(GeneratorKnobs(adapter="nws"))
    await drafts(stage, task())
    assert engine.adapters_asked == [""] * 4 + ["news"] * 4


async def test_the_requests_adapter_wins_and_base_is_the_model_itself() -> None:
    engine = Engine(copy)
    stage = adapted(engine, "news")
    plain = await drafts(stage, task(adapter="base"))
    await stage.reconfigure(GeneratorKnobs(adapter="base"))
    news = await drafts(stage, task(adapter="news"))
    await drafts(stage, task())
    assert engine.adapters_asked == [""] * 4 + ["news"] * 4 + [""] * 4
    assert {d.revision.model_revision for d in plain if d.revision} == {"base"}
    assert {d.revision.model_revision for d in news if d.revision} == {"base+news@0123456789ab"}
    assert stage.revision().model_revision == "base"


async def test_an_unknown_adapter_of_a_request_is_refused_by_name_before_any_work() -> None:
    engine = Engine(copy)
    with pytest.raises(InvalidInput) as caught:
        await drafts(adapted(engine), task(adapter="nws"))
    assert caught.value.violations == [("options.adapter", "unknown adapter 'nws'; known: base, news")]
    with pytest.raises(InvalidInput, match=r"options\.adapter"):
        await drafts(generator(engine), task(adapter="news"))
    assert engine.prompts == []


async def test_an_unknown_adapter_is_refused_before_the_engine_starts() -> None:
    with pytest.raises(Misconfigured, match="adapter"):
        await adapted(Engine(copy)).start(GeneratorKnobs(adapter="nws"))


async def test_an_operator_may_leave_the_form_to_the_model() -> None:
    held, free = Engine(copy), Engine(copy)
    await drafts(generator(held), task())
    await drafts(generator(free, GeneratorKnobs(grammar=False)), task())
    assert all("root" in (sampling.grammar or "") for _, sampling, _, _ in held.asked)
    assert not any(sampling.grammar for _, sampling, _, _ in free.asked)
