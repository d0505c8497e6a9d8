"""What a model on a server of others says of its own drafts."""

from __future__ import annotations

import asyncio
import json
import logging
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from deployments.deadline import Call, Deadline
from deployments.errors import Misconfigured
from deployments.generator.openai_generator import OpenAiGenerator
from deployments.generator.openai_settings import OpenAiGeneratorKnobs, OpenAiGeneratorSettings
from deployments.kinds import build_generator
from deployments.types import Item
from tests.fake_openai import Body, FakeOpenAi, Reply, copy, fake_openai, refusal
from tests.unit.deployments.generator.fake_engine import task
from tests.unit.deployments.generator.test_openai_generator import USAGE, drafts

SURE = {" Yes": -0.5, "yes": -2.5, "No": -2.0, "Maybe": -6.0}
CONTRAST = math.log(math.exp(-0.5) + math.exp(-2.5)) + 2.0


def asks(body: Body) -> bool:
    return body["messages"][-1]["content"].endswith("Answer Yes or No.")


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def writes_and(verdict: Callable[[Body], Reply] | Reply) -> Callable[[int, Body], Reply]:
    """Writes well, and answers the question as told."""
    verdict_of = verdict if callable(verdict) else lambda _: verdict
    return lambda n, body: verdict_of(body) if asks(body) else Reply(copy(n), logprobs=[-0.5], usage=USAGE)


@asynccontextmanager
async def judging(
    answer: Callable[[int, Body], Reply], fit: dict[str, Any] | None = None, server: dict[str, Any] | None = None,
    **knobs: Any,
) -> AsyncIterator[tuple[OpenAiGenerator, FakeOpenAi]]:  # fmt: skip
    """A started generator that asks its model about every draft, and its server; what the start asked is forgotten."""
    async with fake_openai(answer) as fake:
        settings = {"server": {"base_url": fake.url, "model": "m", "max_retries": 0} | (server or {})}
        stage = build_generator(
            OpenAiGeneratorSettings.model_validate(settings | {"fit": {"kind": "engine"} | (fit or {})})
        )
        await stage.start(OpenAiGeneratorKnobs.model_validate(knobs))
        fake.bodies.clear()
        yield stage, fake
        await stage.stop()


def calibration(folder: Path, **numbers: float) -> dict[str, str]:
    path = folder / "fit.json"
    path.write_text(json.dumps(numbers))
    return {"calibration": str(path)}


async def test_the_server_says_of_each_draft_how_fit_it_is_after_the_facts_it_has_read() -> None:
    async with judging(writes_and(Reply("Yes", top=SURE, usage=USAGE | {"completion_tokens": 1}))) as (stage, server):
        written = await drafts(stage, task())
        assert stage.unfinished_requests == 0
    assert [d.fit for d in written] == [pytest.approx(sigmoid(CONTRAST))] * 4
    questions = [body for body in server.bodies if asks(body)]
    assert len(questions) == 4
    facts = {body["messages"][1]["content"].partition("</item>")[0] for body in server.bodies}
    assert facts == {"<item>\nTitle: A cat\n"}
    titles = [q["messages"][1]["content"].rpartition("Title: ")[2].partition("\n")[0] for q in questions]
    assert sorted(titles) == sorted(d.title for d in written)
    question = questions[0]
    assert (question["max_tokens"], question["logprobs"], question["top_logprobs"]) == (1, True, 20)
    assert "response_format" not in question
    assert (question["temperature"], question["top_p"]) == (1.0, 1.0)
    usage = written[0].usage
    assert (usage.prompt_tokens, usage.cached_tokens, usage.output_tokens) == (180, 128, 12)


async def test_a_calibration_counts_the_likelihood_of_what_was_written(tmp_path: Path) -> None:
    fit = calibration(tmp_path, slope=2.0, likelihood_weight=3.0, offset=1.0)
    async with judging(writes_and(Reply("Yes", top=SURE)), fit) as (stage, _):
        written = await drafts(stage, task())
    assert [d.fit for d in written] == [pytest.approx(sigmoid(2 * CONTRAST - 3 * 0.5 + 1))] * 4


async def test_without_a_likelihood_a_calibration_that_weighs_it_says_nothing(tmp_path: Path) -> None:
    def silent(n: int, body: Body) -> Reply:
        return Reply("Yes", top=SURE) if asks(body) else Reply(copy(n))

    async with judging(silent) as (stage, _):
        assert [d.fit for d in await drafts(stage, task())] == [pytest.approx(sigmoid(CONTRAST))] * 4
    fit = calibration(tmp_path, likelihood_weight=3.0)
    async with judging(silent, fit) as (stage, server):
        assert [d.fit for d in await drafts(stage, task())] == [None] * 4
        assert not any(map(asks, server.bodies))
        with pytest.raises(Misconfigured, match="logprobs: false"):
            await stage.reconfigure(OpenAiGeneratorKnobs(logprobs=False))
    settings = {"server": {"base_url": "http://127.0.0.1:1/v1", "model": "m"}, "fit": fit}
    with pytest.raises(Misconfigured, match="logprobs: false"):
        await build_generator(OpenAiGeneratorSettings.model_validate(settings)).start(
            OpenAiGeneratorKnobs(logprobs=False)
        )


@pytest.mark.parametrize("reply", [Reply("Yes"), Reply("Sure", top={"Sure": -0.1, "Of": -3.0})])
async def test_a_server_that_does_not_say_leaves_the_draft_without_a_fit_and_the_log_says_it_once(
    reply: Reply, caplog: pytest.LogCaptureFixture
) -> None:
    async with judging(writes_and(reply)) as (stage, _):
        written = [*await drafts(stage, task()), *await drafts(stage, task())]
    assert [(d.fit, d.finished) for d in written] == [(None, True)] * 8
    (record,) = [r for r in caplog.records if "generator.fit" in r.getMessage()]
    assert record.levelno == logging.WARNING


async def test_a_server_that_refuses_log_probabilities_is_asked_no_more(caplog: pytest.LogCaptureFixture) -> None:
    def answer(n: int, body: Body) -> Reply:
        return refusal(400, "logprobs are not supported") if "logprobs" in body else Reply(copy(n))

    async with judging(answer) as (stage, server):
        written = await drafts(stage, task())
        assert not any(map(asks, server.bodies)), "the start has shown it"
    assert [(d.fit, d.likelihood, d.finished) for d in written] == [(None, None, True)] * 4
    assert len([r for r in caplog.records if "generator.fit" in r.getMessage()]) == 1


@pytest.mark.parametrize(
    "failure", [refusal(500, "broken"), refusal(429, "slow down"), refusal(400, "no"), Reply(raw="<html>")]
)
async def test_a_failing_question_loses_no_draft(failure: Reply) -> None:
    async with judging(writes_and(failure)) as (stage, _):
        assert [(d.fit, d.finished) for d in await drafts(stage, task())] == [(None, True)] * 4


async def test_a_question_is_tried_again_as_a_writing_call_is() -> None:
    replies = iter([refusal(503, "busy", retry_after_ms="1"), *[Reply("Yes", top=SURE)] * 4])
    async with judging(writes_and(lambda _: next(replies)), server={"max_retries": 1}) as (stage, _):
        assert None not in {d.fit for d in await drafts(stage, task())}


async def test_a_cut_draft_and_a_language_that_was_not_measured_are_not_asked_about() -> None:
    async with judging(lambda n, body: Reply('{"title": "Half'), second_tries=0) as (stage, server):
        assert {d.fit for d in await drafts(stage, task())} == {None}
        assert not any(map(asks, server.bodies))
    spanish = task(item=Item(title="Un gato", locale="es-ES"))
    async with judging(writes_and(Reply("Yes", top=SURE))) as (stage, server):
        assert {d.fit for d in await drafts(stage, spanish)} == {None}
        assert not any(map(asks, server.bodies))
    async with judging(writes_and(Reply("Yes", top=SURE)), {"languages": ["es"]}) as (stage, _):
        assert None not in {d.fit for d in await drafts(stage, spanish)}


async def test_at_the_deadline_a_whole_draft_leaves_and_its_question_is_cancelled() -> None:
    async with judging(writes_and(Reply(until=asyncio.Event()))) as (stage, server):
        written = await drafts(stage, task(), seconds=1)
        await server.when(lambda s: s.abandoned == 4)
        assert stage.unfinished_requests == 0
    assert [(d.fit, d.finished) for d in written] == [(None, True)] * 4


async def test_a_consumer_that_has_enough_leaves_the_questions() -> None:
    answered = iter([Reply("Yes", top=SURE)])
    async with judging(writes_and(lambda _: next(answered, Reply(until=asyncio.Event())))) as (stage, server):
        stream = stage.generate(task(), Call(Deadline.after(10)))
        assert (await anext(stream)).fit is not None
        await server.when(lambda s: sum(map(asks, s.bodies)) == 4)
        await stream.aclose()
        await server.when(lambda s: s.abandoned == 3)
        assert stage.unfinished_requests == 0


async def test_questions_wait_for_a_place_of_the_replica() -> None:
    async with judging(writes_and(Reply("Yes", top=SURE)), server={"max_concurrency": 2}) as (stage, server):
        assert len(await drafts(stage, task(candidates_per_category=4))) == 8
    assert server.most_in_flight <= 2


async def test_a_model_that_takes_no_temperature_is_sent_none_with_the_question() -> None:
    async with judging(writes_and(Reply("Yes", top=SURE)), temperature=None) as (stage, server):
        await drafts(stage, task())
    assert not any("temperature" in body or "top_p" in body for body in server.bodies)
