"""The writing model judges its own drafts: when it is asked, and what a failing question costs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from deployments.deadline import Call, Deadline
from deployments.engines.words import Contrast, Message, Sample
from deployments.errors import Overloaded, StageFailed
from deployments.generator.fit import FitCalibration
from deployments.generator.judge import FitJudge
from deployments.types import Draft, Item, Usage
from tests.unit.deployments.generator.fake_engine import task

DRAFT = Draft(
    title="T",
    category="A",
    index=0,
    answer_likelihood=-1.0,
    usage=Usage(compute_ms=5, output_tokens=9, prompt_tokens=50, batch_size=3),
)
SAMPLE = Sample("Yes", True, -0.1, 60, 50, 1, 1.0, 2.0)
Answer = Callable[[list[Message]], Awaitable[Contrast | None]]


async def judged(
    judge: FitJudge, answer: Contrast | Exception | None, draft: Draft = DRAFT, seconds: float = 5, **changes: Any
) -> tuple[Draft, list[list[Message]]]:
    questions: list[list[Message]] = []

    async def ask(messages: list[Message]) -> Contrast | None:
        questions.append(messages)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return await judge.judged(draft, task(**changes), "Title: A cat", Call(Deadline.after(seconds)), ask), questions


async def test_a_judged_draft_has_its_fit_and_the_cost_of_the_question() -> None:
    draft, questions = await judged(FitJudge(FitCalibration(slope=1.0, offset=0.0)), Contrast(0.0, SAMPLE))
    assert draft.fit == pytest.approx(0.5)
    assert "Title: A cat" in questions[0][-1].text
    assert (draft.usage.compute_ms, draft.usage.prompt_tokens, draft.usage.cached_tokens) == (7.0, 110, 50)
    assert draft.usage.output_tokens == 9, "the answer Yes is no token of the copy"
    assert draft.usage.batch_size == 3


async def test_a_surer_yes_is_a_higher_fit() -> None:
    fits = [
        (await judged(FitJudge(FitCalibration(slope=2.0)), Contrast(logit, SAMPLE)))[0].fit
        for logit in (-1.0, 0.0, 1.0)
    ]
    assert fits == sorted(fits)  # type: ignore[type-var]
    assert len(set(fits)) == 3


@pytest.mark.parametrize(
    ("calibration", "draft", "item"),
    [
        (None, DRAFT, Item(title="x")),
        (FitCalibration(), DRAFT.model_copy(update={"finished": False}), Item(title="x")),
        (FitCalibration(), DRAFT, Item(title="x", locale="xx")),
        (FitCalibration(likelihood_weight=1.0), DRAFT.model_copy(update={"answer_likelihood": None}), Item(title="x")),
    ],
    ids=["no calibration", "cut", "another language", "no likelihood"],
)
async def test_what_cannot_be_judged_is_not_asked_about(
    calibration: FitCalibration | None, draft: Draft, item: Item
) -> None:
    same, questions = await judged(FitJudge(calibration), Contrast(1.0, SAMPLE), draft, item=item)
    assert (same, questions) == (draft, [])


async def test_an_answer_without_weight_is_not_asked_for() -> None:
    draft, questions = await judged(FitJudge(FitCalibration(slope=0.0, offset=2.0)), Contrast(1.0, SAMPLE))
    assert questions == []
    assert draft.fit is not None
    assert draft.fit > 0.8


@pytest.mark.parametrize("error", [StageFailed("x"), Overloaded("full")])
async def test_a_question_that_fails_leaves_the_draft_as_it_was(error: Exception) -> None:
    assert (await judged(FitJudge(FitCalibration()), error))[0] == DRAFT


async def test_a_question_that_hangs_ends_before_the_deadline_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deployments.generator.judge._HAND_OVER_S", 1.0)
    deadline = Deadline.after(1.2)

    async def ask(_: list[Message]) -> Contrast | None:
        await asyncio.Event().wait()
        raise AssertionError

    draft = await FitJudge(FitCalibration()).judged(DRAFT, task(), "", Call(deadline), ask)
    assert draft == DRAFT
    assert not deadline.expired, "the draft still has to leave"


async def test_a_question_without_time_is_not_asked() -> None:
    same, questions = await judged(FitJudge(FitCalibration()), Contrast(1.0, SAMPLE), seconds=0.05)
    assert (same, questions) == (DRAFT, [])


async def test_a_model_without_probabilities_is_logged_once_and_its_question_still_counts(
    caplog: pytest.LogCaptureFixture,
) -> None:
    judge = FitJudge(FitCalibration())
    with caplog.at_level("WARNING", "ray.serve"):
        draft, _ = await judged(judge, Contrast(None, SAMPLE))
        await judged(judge, Contrast(None, SAMPLE))
        silent, _ = await judged(judge, None)
    assert draft.fit is None
    assert draft.usage.compute_ms == 7.0
    assert silent == DRAFT
    assert caplog.text.count("Leave generator.fit out") == 1
