"""How well scores order the copies of tests that training never saw."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.pairs import SIGNIFICANT_Z, Pairs

_RESAMPLES = 1000


def evaluate(scores: NDArray[np.float64], pairs: Pairs, arms: pd.DataFrame, seed: int = 0) -> dict[str, Any]:
    """Accuracy on all pairs and on significant ones, intervals bootstrapped over TESTS, the length rule."""
    decided = pairs.where(pairs.z != 0)
    significant = np.abs(decided.z) > SIGNIFICANT_Z
    right = hits(scores, decided)
    by_length = hits(arms["text"].str.len().to_numpy(float), decided)
    everything = np.ones(len(decided), dtype=bool)
    return {
        "pairs": len(decided),
        "significant_pairs": int(significant.sum()),
        "tests": len(np.unique(decided.test)),
        "all_pairs_accuracy": _mean(right, everything),
        "all_pairs_interval": interval(right, decided.test, everything, seed),
        "significant_pairs_accuracy": _mean(right, significant),
        "significant_pairs_interval": interval(right, decided.test, significant, seed),
        "length_baseline": {
            "all_pairs_accuracy": _mean(by_length, everything),
            "significant_pairs_accuracy": _mean(by_length, significant),
        },
    }


def hits(scores: NDArray[np.float64], pairs: Pairs) -> NDArray[np.float64]:
    """1 where the better copy has the higher score, 0.5 for a tie, else 0."""
    product = (scores[pairs.a] - scores[pairs.b]) * pairs.z
    return np.where(product > 0, 1.0, np.where(product == 0, 0.5, 0.0))


def interval(right: NDArray[np.float64], tests: NDArray[np.int64], mask: NDArray[np.bool_], seed: int) -> list[float]:
    """95% percentile bootstrap; tests are drawn, because the pairs of one test are not independent."""
    _, index = np.unique(tests, return_inverse=True)
    count = index.max() + 1 if len(index) else 0
    won = np.bincount(index, weights=right * mask, minlength=count)
    seen = np.bincount(index, weights=mask.astype(float), minlength=count)
    draws = np.random.default_rng(seed).integers(0, max(count, 1), (_RESAMPLES, max(count, 1)))
    if not mask.any():
        return [0.0, 0.0]
    means = won[draws].sum(1) / np.maximum(seen[draws].sum(1), 1e-9)
    low, high = np.quantile(means, [0.025, 0.975])
    return [round(float(low), 4), round(float(high), 4)]


def _mean(right: NDArray[np.float64], mask: NDArray[np.bool_]) -> float:
    return round(float(right[mask].mean()), 4) if mask.any() else 0.0
