"""From tests to preference pairs: which copies are put side by side, and under which prompt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from deployments.generator import structured
from deployments.router.catalogue import FileCatalogue
from serve_app.profiles import load_profiles
from training.generator import build
from training.generator.__main__ import app
from training.generator.examples import Plan
from training.generator.preferences import MIN_GAP, Pairs, pairs
from training.generator.styles import follows

CATEGORIES = {c.category: c for c in FileCatalogue(kind="file").load().categories}
PROFILES = load_profiles("configs/profiles.yaml")
LEDE = (
    "The harbour town of Bergen rebuilt its old ferry as a floating library. Children of the town read there"
    " on Friday, and 40 volunteers keep the shelves in order."
)
WINNER, LOSER = "The old ferry of Bergen is a library now", "The children of the town read on Friday"


def arms_of(*copies: tuple[str, float], **more: Any) -> list[dict[str, Any]]:
    """Text and weight of each copy of one test."""
    basis = {"test_id": "t", "context": LEDE, "excerpt": "", "cluster": "t", "fold": 0}
    return [basis | {"text": text, "weight": weight, "worse": weight < 0.2} | more for text, weight in copies]


def made(*tests: list[dict[str, Any]]) -> Pairs:
    rows = pd.DataFrame([row for test in tests for row in test])
    return pairs(rows, CATEGORIES, PROFILES, lambda text: len(text.split()), (), Plan())


def test_the_best_and_the_worst_copy_of_a_test_answer_one_prompt() -> None:
    [row] = made(arms_of((LOSER, 0.1), ("Volunteers of the town keep the shelves", 1.1), (WINNER, 1.7))).rows
    profile = PROFILES[row["profile"]]
    for name, words in (("chosen", "ferry"), ("rejected", "children")):
        answer = structured.parse(row[name], structured.limits(profile, "en"))
        assert answer.finished
        assert words in row[name]
        assert list(json.loads(row[name])) == row["fields"]
    assert row["gap"] == pytest.approx(1.6)
    asked = row["messages"][0]["content"]
    assert ('"title"' in asked, '"body"' in asked) == ("title" in row["fields"], "body" in row["fields"])
    facts = row["messages"][1]["content"]
    assert "floating library" in facts
    assert WINNER not in facts
    assert LOSER not in facts


def test_what_makes_something_up_may_be_rejected_but_never_chosen() -> None:
    made_up = "The old ferry of Bergen holds 9000 books"
    found = made(arms_of((made_up, 1.9), (WINNER, 1.6), (LOSER, 0.3)))
    assert [("ferry" in row["chosen"], "9000" in row["chosen"]) for row in found.rows] == [(True, False)]
    assert found.dropped["policy: UNGROUNDED_NUMBER"] == 1
    assert "9000" in made(arms_of((WINNER, 1.6), (made_up, 0.3))).rows[0]["rejected"]


def test_the_style_is_asked_for_only_where_both_copies_show_it() -> None:
    question = "Why is the old ferry of Bergen a library?"
    [alike] = made(arms_of((question, 1.8), ("Do the children of the town read on Friday?", 0.2))).rows
    [apart] = made(arms_of((question, 1.8), (LOSER, 0.2))).rows
    assert alike["category"] == "QUESTION"
    assert CATEGORIES["QUESTION"].instruction in alike["messages"][1]["content"]
    assert not follows(LOSER, "QUESTION")
    assert apart["category"] == ""
    assert not any(c.instruction in apart["messages"][1]["content"] for c in CATEGORIES.values())


@pytest.mark.parametrize(("better", "worse"), [(1.0, 0.0), (2.0, 1.0), (1.4, 1.4 - MIN_GAP + 0.01)])
def test_copies_without_enough_evidence_between_them_are_no_pair(better: float, worse: float) -> None:
    assert made(arms_of((WINNER, better), (LOSER, worse))).rows == []


def test_copies_shown_beside_other_words_are_no_pair() -> None:
    winner, loser = arms_of((WINNER, 1.8)), arms_of((LOSER, 0.2), context=f"{LEDE} It is warm inside.")
    assert made([*winner, *loser]).rows == []


def test_copies_that_two_tests_compared_are_one_pair_as_the_clearer_test_has_it() -> None:
    found = made(arms_of((WINNER, 1.6), (LOSER, 0.4)), arms_of((WINNER, 0.1), (LOSER, 1.9), test_id="u"))
    assert [row["gap"] for row in found.rows] == [1.8]
    assert "children" in found.rows[0]["chosen"]
    assert found.dropped["the same pair again"] == 1


def test_a_copy_is_in_one_pair_at_most_and_a_seed_repeats() -> None:
    second, third = "Volunteers of the town keep the shelves", "A floating library of the harbour town"
    story = arms_of((WINNER, 1.9), (second, 1.7), (third, 0.4), (LOSER, 0.1))
    rows = made(story).rows
    assert [row["gap"] for row in rows] == pytest.approx([1.8, 1.3])
    assert len({row[name] for row in rows for name in ("chosen", "rejected")}) == 4
    assert made(story).rows == rows


def test_build_writes_the_pairs_of_training_and_held_out_folds_and_counts_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "tokenizer_of", lambda base: (lambda text: len(text.split()), ()))
    subjects = ("bakery flour ovens", "river boats locks", "teacher desks chalk", "robot wires screws")
    rows = []
    for n, subject in enumerate(subjects):
        one, two, three = subject.split()
        lede = f"A stranger saved the {one} with its {two} and {three}, and neighbours paid its debts."
        for text, clicks in (
            (f"The stranger saved {one}, {two} and {three}", 260),
            (f"The {one} pays {two} with {three}", 60),
        ):
            rows.append({"test_id": f"t{n}", "headline": text, "lede": lede, "impressions": 5000, "clicks": clicks})
    log = pd.DataFrame(rows).assign(cluster=lambda t: t["test_id"], fold=lambda t: t["test_id"].str[1:])
    log.to_csv(tmp_path / "arms.csv")
    result = CliRunner().invoke(
        app, ["build", "--arms", str(tmp_path / "arms.csv"), "--out", str(tmp_path / "out"), "--json"]
    )
    assert result.exit_code == 0, result.output
    written = {
        name: [json.loads(line) for line in (tmp_path / "out" / f"{name}.jsonl").read_text().splitlines()]
        for name in ("pairs", "held_out_pairs")
    }
    assert {row["fold"] for row in written["pairs"]} == {0, 1}
    assert {row["fold"] for row in written["held_out_pairs"]} == {2, 3}
    assert all("stranger" in row["chosen"].lower() for each in written.values() for row in each)
    said = json.loads(result.stdout.splitlines()[-1])["pairs"]
    assert (said["train"]["pairs"], said["held_out"]["pairs"]) == (2, 2)
    assert said["train"]["mean_characters"]["chosen"] > 0
