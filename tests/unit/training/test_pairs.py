"""Pairs of arms and their evidence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from training.pairs import make, z_score


def arms(**columns: list) -> pd.DataFrame:
    four = {
        "test_id": ["t1"] * 4, "image_id": ["x", "x", "y", "y"], "text": list("abcd"), "impressions": [1000] * 4,
        "clicks": [50, 20, 10, 30], "cluster": [1] * 4, "fold": [3] * 4,
    }  # fmt: skip
    return pd.DataFrame(four | columns)


def test_pairs_stay_inside_a_test_and_an_image() -> None:
    pairs = make(arms())
    assert sorted(zip(pairs.a, pairs.b, strict=True)) == [(0, 1), (2, 3)]
    assert pairs.z[0] == pytest.approx(3.65, abs=0.01)  # 5.0% against 2.0% of 1000 each
    assert pairs.labels[0] > 0.9
    assert len(make(arms(test_id=["t1", "t2", "t3", "t4"]))) == 0


def test_arms_of_the_same_words_are_no_pair() -> None:
    assert len(make(arms(text=["a", "a", "c", "d"]))) == 1


def test_a_larger_test_weighs_less_a_pair() -> None:
    pairs = make(arms(image_id=["x", "x", "x", "y"], test_id=["t1", "t1", "t1", "t1"]))
    both = make(pd.concat([arms(image_id=["x"] * 4), arms(test_id=["t2", "t2", "t3", "t4"])], ignore_index=True))
    assert pairs.weights == pytest.approx(1.0)
    assert both.weights[-1] == pytest.approx(both.weights[0] * np.sqrt(6))
    assert both.in_folds([4]).weights.size == 0


def test_no_clicks_are_no_evidence() -> None:
    nothing = np.zeros(1)
    assert z_score(nothing, np.array([100.0]), nothing, np.array([100.0])) == 0
