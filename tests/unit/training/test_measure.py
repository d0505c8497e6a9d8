"""A reward is measured through the serving code."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tests.unit.training.reward_stub import RewardStub
from training.measure import robustness, scored
from training.pairs import make

MODEL: Any = RewardStub()


def test_rewards_come_in_the_order_of_the_copies() -> None:
    scores = scored(MODEL, ["a b c", "a", "a b"])
    assert scores.mean.tolist() == [3, 1, 2]
    assert scores.heads.shape == (3, 2)


def test_a_reward_of_length_is_fooled_by_padding_and_not_by_shouting() -> None:
    arms = pd.DataFrame(
        {
            "test_id": ["t1"] * 2, "image_id": "", "text": ["Bread is ready now", "Cake is ready now"],
            "impressions": [100] * 2, "clicks": [9, 1], "cluster": 1, "fold": 1,
        }
    )  # fmt: skip
    report = robustness(MODEL, arms, make(arms), seed=0)
    assert report["copies"] == 2
    assert report["kinds"]["padded"] == 0.0
    assert report["kinds"]["shouted"] == 1.0
    assert np.isfinite(report["pass_rate"])
