"""Measures a reward model through the code that serves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deployments.reward.model import RewardModel
from deployments.reward.text import render_copy
from training import perturb
from training.embed import batches
from training.pairs import Pairs

Array = NDArray[np.float64]
SUITE_COPIES: Final = 500
SERVED_CAUTION: Final = 0.5  # of configs/*.yaml: the suite judges the score that selection uses


def rewards_of(model: RewardModel, copies: Sequence[str]) -> tuple[Array, Array]:
    """Mean and spread of each copy, [copies] each."""
    rows = model.encode([render_copy(copy) for copy in copies])
    rewards = np.empty((len(rows), 2))
    for index in batches([row.tokens for row in rows]):
        rewards[index] = model.forward([rows[i] for i in index])
    return rewards[:, 0], rewards[:, 1]


def robustness(model: RewardModel, arms: pd.DataFrame, test: Pairs, seed: int) -> dict[str, Any]:
    """The perturbation suite on up to SUITE_COPIES copies of the test folds."""
    rows = np.unique(np.concatenate([test.a, test.b]))
    drawn = np.random.default_rng(seed).choice(rows, min(SUITE_COPIES, len(rows)), replace=False)

    def score(copies: Sequence[str]) -> Array:
        mean, spread = rewards_of(model, copies)
        return mean - SERVED_CAUTION * spread

    return perturb.suite(list(arms["text"].iloc[drawn]), score)
