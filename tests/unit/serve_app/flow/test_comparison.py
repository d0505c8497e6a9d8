"""What is compared with what: in one call, in the requested fields, in a language that the model knows."""

from __future__ import annotations

import pytest

from deployments.types import (
    Candidate,
    Copy,
    OutputField,
    Reward,
    ScoreResult,
    Source,
    Stage,
    StageRevision,
    WinCalibration,
)
from serve_app.flow.knobs import EarlyStop, SelectionKnobs
from serve_app.flow.scoring import Scoring, compared, shown
from tests.unit.serve_app.flow.scorer import OLD, Scorer, scoring, turn, written


async def test_repeatable_copies_are_scored_in_one_call_in_the_order_of_their_numbers() -> None:
    """A reward's last bits depend on its batch, and where writing stops depends on timing."""
    scorer = Scorer()
    scorer.go.set()
    knobs = SelectionKnobs(min_scoring_batch=1, early_stop=EarlyStop(win_probability=0.6, min_candidates=1))
    async with Scoring(scorer, [OLD], knobs, 0.0, repeatable=True) as copies:
        await turn()
        for title in "cab":
            copies.add(written(title))
            await turn()
        await copies.finish()
        assert not copies.decided_early.is_set()
    assert scorer.calls == ["old a b c"]
    assert [c.id for c in copies.candidates()] == ["a", "b", "c", "old"]


async def test_rewards_that_do_not_compare_are_none() -> None:
    scorer = Scorer(calibration=WinCalibration(slope=0))
    scorer.go.set()
    async with scoring(scorer, OLD) as copies:
        copies.add(written("a"))
        await copies.finish()
    assert not copies.compares
    assert [(c.id, c.reward, c.score, c.win_probability) for c in copies.candidates()] == [
        ("a", None, None, None), ("old", None, None, None),
    ]  # fmt: skip


async def test_only_fit_copies_are_held_against_each_other() -> None:
    seen: list[list[str]] = []

    def distinct(copies: list[Candidate]) -> list[Candidate]:
        seen.append([c.id for c in copies if not c.rejected])
        return copies

    scorer = Scorer()
    scorer.go.set()
    async with scoring(scorer, OLD) as copies:
        copies.add(written("a").model_copy(update={"fit": 0.1}))
        copies.add(written("b"))
        await copies.finish()
        copies.candidates(distinct)
    assert seen == [["b", "old"]]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ((OutputField.TITLE,), Copy(title="T")),
        ((OutputField.BODY,), Copy(body="B")),
        ((OutputField.TITLE, OutputField.BODY), Copy(title="T", body="B")),
    ],
)
def test_what_is_scored_stands_in_the_requested_fields(fields: tuple[OutputField, ...], expected: Copy) -> None:
    assert shown(Copy(title="T", body="B"), fields) == expected


def test_a_copy_without_words_in_these_fields_is_scored_whole() -> None:
    assert shown(Copy(body="B"), (OutputField.TITLE,)) == Copy(body="B")


def result(*means: float, slope: float = 1.0) -> ScoreResult:
    return ScoreResult(
        rewards=tuple(Reward(mean=mean, spread=0.1) for mean in means),
        calibration=WinCalibration(slope=slope),
        revision=StageRevision(stage=Stage.SCORE, kind="scripted"),
    )


COPIES = [
    Candidate(id="i1", title="a", source=Source.INCUMBENT),
    Candidate(id="i2", title="b", source=Source.INCUMBENT, rejected=True),
    Candidate(id="i3", title="c", source=Source.INCUMBENT),
]


def test_copies_are_ranked_with_their_chance_against_the_strongest_of_the_others() -> None:
    ranked = compared(COPIES, result(0.0, 9.0, 1.0), SelectionKnobs())
    assert [(c.id, c.rank) for c in ranked] == [("i3", 1), ("i1", 2), ("i2", 3)]
    # sigmoid(1), sigmoid(-1) and sigmoid(8): the rejected copy is nobody's rival
    assert [c.win_probability for c in ranked] == pytest.approx([0.7311, 0.2689, 0.9997], abs=1e-4)


def test_copies_in_a_language_that_the_model_does_not_know_stay_as_they_came() -> None:
    assert compared(COPIES, result(0.0, 9.0, 1.0, slope=0), SelectionKnobs()) == tuple(COPIES)
