"""Pairs of arms of one test, with the evidence that one beats the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SIGNIFICANT_Z = 1.96
# sigmoid(1.7 z) would be the chance that the first is truly better, given a flat prior. Real differences between
# headlines are small, which shrinks z, hence less: chosen by cross-validation on the training folds.
SOFTNESS = 0.8


@dataclass(frozen=True)
class Pairs:
    """Pair i compares rows `a[i]` and `b[i]` of the arms' table. All arrays are [pairs].

    z: two-proportion z-score of their click rates, pooled variance; positive when `a` did better, 0 for a tie.
    """

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    z: NDArray[np.float64]
    test: NDArray[np.int64]
    cluster: NDArray[np.int64]
    fold: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.z)

    def where(self, mask: NDArray[np.bool_]) -> Pairs:
        return Pairs(*(getattr(self, field.name)[mask] for field in fields(self)))

    def in_folds(self, folds: Sequence[int]) -> Pairs:
        return self.where(np.isin(self.fold, folds))

    @property
    def labels(self) -> NDArray[np.float64]:
        """sigmoid(SOFTNESS z), so that a pair without evidence teaches a tie."""
        return 1 / (1 + np.exp(-SOFTNESS * self.z))

    @property
    def weights(self) -> NDArray[np.float64]:
        """1 / sqrt(pairs of the test), mean 1: a test of k arms has k(k-1)/2 pairs but not that much evidence."""
        _, index, counts = np.unique(self.test, return_inverse=True, return_counts=True)
        weights = 1 / np.sqrt(counts[index])
        return weights / weights.mean() if len(weights) else weights


def make(table: pd.DataFrame) -> Pairs:
    """All pairs inside a test that show the same image and differ in their words."""
    arms = table.assign(
        row=np.arange(len(table)), test=pd.factorize(table["test_id"])[0], story=pd.factorize(table["cluster"])[0]
    )
    arms = arms[["test", "image_id", "row", "text", "impressions", "clicks", "story", "fold"]]
    both = arms.merge(arms, on=["test", "image_id"], suffixes=("", "_b"))
    both = both[(both["row"] < both["row_b"]) & (both["text"] != both["text_b"])]
    counts = (both[name].to_numpy(np.float64) for name in ("clicks", "impressions", "clicks_b", "impressions_b"))
    return Pairs(
        a=both["row"].to_numpy(np.int64),
        b=both["row_b"].to_numpy(np.int64),
        z=z_score(*counts),
        test=both["test"].to_numpy(np.int64),
        cluster=both["story"].to_numpy(np.int64),
        fold=both["fold"].to_numpy(np.int64),
    )


def z_score(
    clicks: NDArray[np.float64], shown: NDArray[np.float64], clicks_b: NDArray[np.float64], shown_b: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Two-proportion z with pooled variance; 0 where nothing, or everything, was clicked."""
    pooled = (clicks + clicks_b) / (shown + shown_b)
    variance = pooled * (1 - pooled) * (1 / shown + 1 / shown_b)
    difference = clicks / shown - clicks_b / shown_b
    return np.divide(difference, np.sqrt(variance), out=np.zeros_like(difference), where=variance > 0)
