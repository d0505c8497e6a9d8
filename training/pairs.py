"""Pairs of arms of one test, with the evidence that one beats the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SIGNIFICANT_Z = 1.96


@dataclass(frozen=True)
class Pairs:
    """Pair i compares rows `first[i]` and `second[i]` of the arms' table.

    z: two-proportion z-score of their click rates, pooled variance; positive when the first did better.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    z: NDArray[np.float64]
    test: NDArray[np.object_]
    cluster: NDArray[np.object_]
    fold: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.z)

    @property
    def significant(self) -> NDArray[np.bool_]:
        return np.abs(self.z) > SIGNIFICANT_Z

    def where(self, mask: NDArray[np.bool_]) -> Pairs:
        return Pairs(*(getattr(self, name)[mask] for name in self.__dataclass_fields__))

    def in_folds(self, folds: list[int]) -> Pairs:
        return self.where(np.isin(self.fold, folds))

    def labels(self, sharpness: float) -> NDArray[np.float32]:
        """sigmoid(sharpness x z): a soft label, so that a pair without evidence (z near 0) teaches a tie.

        At about 1.7 it would be the chance that the first is truly better given a flat prior; real differences are
        small, which shrinks z towards 0, hence less.
        """
        return (1 / (1 + np.exp(-sharpness * self.z))).astype(np.float32)

    def weights(self) -> NDArray[np.float32]:
        """1 / sqrt(pairs of the test), mean 1: a test of k arms has k(k-1)/2 pairs but not that much evidence."""
        _, inverse, counts = np.unique(self.test.astype(str), return_inverse=True, return_counts=True)
        weights = 1 / np.sqrt(counts[inverse])
        return (weights / weights.mean()).astype(np.float32)


def make_pairs(table: pd.DataFrame) -> Pairs:
    """All pairs inside a test that show the same image and differ in their words; equal click rates have no winner."""
    rows = table.assign(row=np.arange(len(table)))
    columns = ["test_id", "image_id", "row", "headline", "impressions", "clicks", "cluster", "fold"]
    both = rows[columns].merge(rows[columns], on=["test_id", "image_id"], suffixes=("", "_b"))
    both = both[(both["row"] < both["row_b"]) & (both["headline"] != both["headline_b"])]
    z = z_score(*(both[c].to_numpy(dtype=np.float64) for c in ("clicks", "impressions", "clicks_b", "impressions_b")))
    pairs = Pairs(
        first=both["row"].to_numpy(),
        second=both["row_b"].to_numpy(),
        z=z,
        test=both["test_id"].to_numpy(dtype=object),
        cluster=both["cluster"].to_numpy(dtype=object),
        fold=both["fold"].to_numpy(dtype=np.int64),
    )
    return pairs.where(z != 0)


def z_score(
    clicks: NDArray[np.float64], shown: NDArray[np.float64], clicks_b: NDArray[np.float64], shown_b: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Two-proportion z with pooled variance; 0 where nothing, or everything, was clicked."""
    pooled = (clicks + clicks_b) / (shown + shown_b)
    variance = pooled * (1 - pooled) * (1 / shown + 1 / shown_b)
    difference = clicks / shown - clicks_b / shown_b
    return np.divide(difference, np.sqrt(variance), out=np.zeros_like(difference), where=variance > 0)
