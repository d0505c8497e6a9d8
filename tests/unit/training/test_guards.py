"""Guards are measured on folds that they were not fitted on."""

from __future__ import annotations

import numpy as np
import pytest

from training.guards import by_tokens, crossfitted, direction, distances, limit, whitening


def test_each_text_is_judged_by_weights_of_other_folds() -> None:
    folds, used = np.arange(9), np.arange(9) < 8
    guard = crossfitted(
        folds, used, lambda seen: seen.astype(float), lambda seen, at: np.full(at.sum(), seen[at].sum())
    )
    assert not guard.left_out.any()
    assert guard.weights.sum() == 8


def test_a_direction_tells_worse_texts_from_plain_ones() -> None:
    draw = np.random.default_rng(0)
    plain, worse = draw.normal(size=(400, 4)).astype(np.float32), draw.normal(size=(40, 4)).astype(np.float32)
    worse[:, 2] += 3
    weights = direction(plain, worse, ridge=1.0)
    assert weights.argmax() == 2
    assert (worse @ weights).mean() > (plain @ weights).mean() + 1


def test_the_limit_is_that_of_the_length_that_needs_the_highest() -> None:
    plain, words = (
        np.concatenate([np.zeros(900), np.full(200, 5.0)]),
        np.concatenate([np.full(900, 5), np.full(200, 40)]),
    )
    assert limit(plain, words, 0.5) == 5.0
    assert limit(plain[:-60], words[:-60], 0.5) == 0.0  # too few of that length to have a limit


def test_whitened_rows_are_one_away_on_average() -> None:
    rows = (np.random.default_rng(1).normal(size=(500, 3)) * [1, 5, 20]).astype(np.float32)
    assert np.square(distances(rows - rows.mean(0), whitening(rows, 3))).mean() == pytest.approx(1, abs=0.01)


def test_the_slope_by_tokens_is_found() -> None:
    tokens = np.array([3, 7, 15, 31])
    assert by_tokens(2 * (1 + tokens) ** -0.5, tokens) == pytest.approx(-0.5)
    assert by_tokens(np.ones(2), np.array([4, 4])) == 0
