"""What the writing model says of its own drafts."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from deployments.errors import Misconfigured, StageFailed, StageUnavailable
from deployments.generator.fit import EngineFitSettings, FitCalibration, title_share
from deployments.generator.generator import VllmGenerator
from deployments.generator.judge import FitJudge
from deployments.generator.settings import GeneratorSettings
from deployments.kinds import build_generator
from deployments.types import Copy, Item
from tests.unit.deployments.generator.fake_engine import Engine, copy, drafts, generator, task


def judging(engine: Engine, **calibration: object) -> VllmGenerator:
    """A generator that asks its model about every draft."""
    stage = build_generator(GeneratorSettings.model_validate({"engine": {"model": "m"}, "fit": {"kind": "engine"}}))
    stage._engine = engine  # type: ignore[assignment]
    stage._judge = FitJudge(FitCalibration.model_validate(calibration))
    return stage


async def test_the_model_says_of_each_draft_how_fit_it_is_after_the_facts_it_has_read() -> None:
    engine = Engine(copy)
    stage = judging(engine, slope=2.0, likelihood_weight=3.0, offset=1.0)
    written = await drafts(stage, task(candidates_per_category=1))
    assert [d.fit for d in written] == [pytest.approx(1 / (1 + math.exp(-(2 * 1.5 - 3 * 0.5 + 1))))] * 2
    writes, asks = engine.prompts[2:4], engine.prompts[4:]  # the first two measure the room for facts
    assert {m[1].text.partition("</item>")[0] for m in (*writes, *asks)} == {"<item>\nTitle: A cat\n"}
    assert all("Title: Title" in m[1].text and m[1].text.endswith("Answer Yes or No.") for m in asks)
    assert {(d.usage.prompt_tokens > 0, d.usage.output_tokens) for d in written} == {(True, 7)}


async def test_a_category_has_an_offset_of_its_own() -> None:
    stage = judging(Engine(copy), slope=1.0, category_offsets={"A": -1.5})
    fits = {d.category: d.fit for d in await drafts(stage, task(candidates_per_category=1))}
    assert fits == {"A": pytest.approx(0.5), "B": pytest.approx(1 / (1 + math.exp(-1.5)))}


async def test_a_copy_that_names_what_the_title_names_is_fitter() -> None:
    stage = judging(Engine(copy), slope=0.0, title_weight=2.0, default_title_share=0.25)
    for title, share in (("Body of water", 0.5), ("A dog in the snow", 0.0), ("", 0.25)):
        written = await drafts(stage, task(candidates_per_category=1, item=Item(title=title, description="A cat.")))
        assert [d.fit for d in written] == [pytest.approx(1 / (1 + math.exp(-2 * share)))] * 2, title


@pytest.mark.parametrize(
    ("title", "said", "share"),
    [
        ("Otters beat Bears 5-4", "OTTERS took it, 5 runs to 4", 0.6),
        ("Otters win 5-4", "An otter won", 0.0),
        ("It is the way", "anything", None),
        ("Fähre fällt aus", "Die Fähre", 0.5),
    ],
)
def test_the_share_of_the_title_counts_long_words_and_numbers(title: str, said: str, share: float | None) -> None:
    assert title_share(Item(title=title), Copy(title="", body=said)) == share


async def test_an_answer_that_counts_for_nothing_is_not_asked_for() -> None:
    engine = Engine(copy)
    written = await drafts(judging(engine, slope=0.0, likelihood_weight=2.0), task(candidates_per_category=1))
    assert [d.fit for d in written] == [pytest.approx(1 / (1 + math.exp(2 * 0.5)))] * 2
    assert engine.contrasts == 0


async def test_of_a_language_that_was_not_measured_nothing_is_said() -> None:
    engine = Engine(copy)
    spanish = task(item=Item(title="Un gato", locale="es-ES"))
    assert {d.fit for d in await drafts(judging(engine), spanish)} == {None}
    assert {d.fit for d in await drafts(judging(engine, languages=["es"]), spanish)} != {None}


async def test_a_cut_draft_is_not_asked_about_and_a_failing_question_loses_no_draft() -> None:
    cut = Engine(lambda _: '{"title":"A cat","body":"It')
    assert {d.fit for d in await drafts(judging(cut), task())} == {None}
    await drafts(generator(cut), task())
    assert cut.contrasts == 0
    for error in (StageFailed("x"), StageUnavailable("dead")):
        broken = Engine(copy)
        broken.contrast_error = error
        assert [d.fit for d in await drafts(judging(broken), task())] == [None] * 4


async def test_a_whole_draft_leaves_before_the_deadline_judged_or_not() -> None:
    engine = Engine(copy)
    engine.contrast_blocked = True
    assert [d.fit for d in await drafts(judging(engine), task(), seconds=0.5)] == [None] * 4


@pytest.mark.parametrize(("weight", "expected"), [(0.0, True), (1.0, False)])
def test_a_calibration_that_weighs_the_likelihood_says_nothing_without_one(weight: float, expected: bool) -> None:
    calibration = FitCalibration(likelihood_weight=weight)
    assert calibration.knows("en", None) is expected
    assert calibration.knows("en", -0.5)
    assert calibration.fit(0.0, None) == 0.5


def test_a_calibration_is_read_or_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "fit.json"
    settings = EngineFitSettings(calibration=str(path))
    with pytest.raises(Misconfigured, match=r"generator\.fit\.calibration: there is no file"):
        settings.load()
    path.write_text('{"slop": 2}')
    with pytest.raises(Misconfigured, match="'slop'; did you mean 'slope'"):
        settings.load()
    path.write_text('{"slope": 2, "languages": ["en", "es"]}')
    assert settings.load().languages == ("en", "es")


def test_languages_are_said_once() -> None:
    with pytest.raises(ValueError, match="leave this out"):
        EngineFitSettings(calibration="fit.json", languages=("de",))
