"""Measures a reward model through the code that serves it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deployments.reward.model import RewardModel
from deployments.reward.text import render_copy
from serve_app.flow.knobs import SelectionKnobs
from training import perturb
from training.embed import batches
from training.pairs import Pairs

Array = NDArray[np.float64]
Shown = Callable[[list[list[int]]], Iterable[list[int]]]
SUITE_COPIES: Final = 500


@dataclass(frozen=True)
class Scored:
    """mean, spread: [copies] as served. heads: [copies, heads], without what defends them against tampering."""

    mean: Array
    spread: Array
    heads: Array


def scored(model: RewardModel, copies: Sequence[str], shown: Shown = iter) -> Scored:
    """Every copy through the serving code, in batches of like length. `shown` may wrap them in a progress bar."""
    rows = model.encode([render_copy(copy) for copy in copies])
    scores = Scored(np.empty(len(rows)), np.empty(len(rows)), np.empty((len(rows), model.config.heads)))
    for index in shown(list(batches([row.tokens for row in rows]))):
        parts = model.parts([rows[i] for i in index])
        scores.mean[index], scores.spread[index], scores.heads[index] = parts.mean, parts.spread, parts.heads
    return scores


def robustness(model: RewardModel, arms: pd.DataFrame, test: Pairs, seed: int) -> dict[str, Any]:
    """The perturbation suite on up to SUITE_COPIES copies of the test folds, by the score that selection uses."""
    rows = np.unique(np.concatenate([test.a, test.b]))
    drawn = np.random.default_rng(seed).choice(rows, min(SUITE_COPIES, len(rows)), replace=False)

    def score(copies: Sequence[str]) -> Array:
        scores = scored(model, copies)
        return scores.mean - SelectionKnobs().caution * scores.spread

    return perturb.suite(list(arms["text"].iloc[drawn]), score)
