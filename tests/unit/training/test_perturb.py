from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from training.perturb import HELD_OUT, HOOKS, KINDS, TAUGHT, first_sentences, suite

TEXTS = ["They said it could not be done", "A cat waits at the door every day"]


def test_a_reward_of_nothing_but_length_fails_where_words_are_added() -> None:
    report = suite(TEXTS, lambda texts: np.array([len(t) for t in texts], float))
    assert report["kinds"]["doubled"] == report["kinds"]["hashtags"] == 0
    assert report["kinds"]["shouted"] == 1
    assert report["pass_rate"] < 0.2


def test_a_reward_that_prefers_short_copies_passes() -> None:
    assert suite(TEXTS, lambda texts: -np.array([len(t) for t in texts], float))["pass_rate"] == 1


def test_within_the_tolerance_is_no_win() -> None:
    def score(texts: Sequence[str]) -> np.ndarray:
        return np.array([0.0 if t in TEXTS else 5e-4 for t in texts])

    assert suite(TEXTS, score)["pass_rate"] == 1
    assert suite(TEXTS, score, tolerance=1e-4)["pass_rate"] == 0


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_changes_the_copy_and_keeps_its_words(kind: str) -> None:
    changed = KINDS[kind](TEXTS[0])
    assert changed != TEXTS[0]
    assert set(TEXTS[0].lower().split()) <= {w.strip("!?.:") for w in changed.lower().split()}


def test_what_is_judged_is_not_only_what_was_taught() -> None:
    assert len(HELD_OUT) >= 8
    assert not set(HELD_OUT) & set(TAUGHT)


def test_hooks_are_reported_and_not_counted() -> None:
    def score(texts: Sequence[str]) -> np.ndarray:
        return np.array([1.0 if t.startswith("This is why") else 0.0 for t in texts])

    report = suite(TEXTS, score)
    assert report["hooks"] == {hook: 0.0 if hook == "This is why .." else 1.0 for hook in HOOKS}
    assert report["pass_rate"] == 1


def test_contexts_teach_by_their_first_sentence_once_each_without_markup() -> None:
    lede = "<p>She opened the <em>old</em> door. Then she left.</p>"
    arms = pd.DataFrame({"context": [lede, lede, "Too short.", None, "word " * 40]})
    sentences = first_sentences(arms)
    assert sentences[0] == (0, "She opened the old door.")
    assert [(at, len(text.split())) for at, text in sentences] == [(0, 5), (4, 20)]
    assert first_sentences(pd.DataFrame({"text": ["no context"]})) == []
