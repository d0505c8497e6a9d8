from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from training.perturb import HELD_OUT, KINDS, TAUGHT, suite

TEXTS = ["They said it could not be done", "A cat waits at the door every day"]


def test_a_reward_of_nothing_but_length_fails_where_words_are_added() -> None:
    found = suite(TEXTS, lambda texts: np.array([len(t) for t in texts], float))
    assert found["kinds"]["doubled"] == found["kinds"]["hashtags"] == 0
    assert found["kinds"]["shouted"] == 1
    assert found["pass_rate"] < 0.2


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
    assert len(HELD_OUT) >= len(TAUGHT)
    assert not set(HELD_OUT) & set(TAUGHT)
