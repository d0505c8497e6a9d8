"""Accuracy and calibration of rewards on tests that training never saw."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deployments.types import WinCalibration
from training.calibrate import win_probabilities
from training.pairs import SIGNIFICANT_Z, Pairs

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
COVERAGES: Final = (1.0, 0.8, 0.5)
_RESAMPLES: Final = 1000
_BINS: Final = 10


def evaluate(
    mean: Array, spread: Array, calibration: WinCalibration, pairs: Pairs, arms: pd.DataFrame, seed: int = 0
) -> dict[str, Any]:
    """Accuracy, choice and certainty on `pairs`; null where nothing is there to measure.

    mean, spread: [arms] rewards of the rows of `arms`. Intervals are 95%, bootstrapped over tests. Pairs of equal click
    rates are left out, save where whole groups of arms are compared (`top1` and `replay_ctr_gain`).
    """
    decided = pairs.where(pairs.z != 0)
    significant = np.abs(decided.z) > SIGNIFICANT_Z
    everything = np.ones(len(decided), dtype=bool)
    right = hits(mean, decided)
    by_length = hits(arms["text"].str.len().to_numpy(np.float64), decided)
    chance = win_probabilities(calibration, mean, spread, decided)
    won = (decided.z > 0).astype(np.float64)
    return {
        "pairs": len(decided),
        "significant_pairs": int(significant.sum()),
        "tests": len(np.unique(decided.test)),
        **_accuracies(right, decided.test, everything, significant, seed),
        **_choices(mean, pairs, arms, seed),
        "length_baseline": {
            "all_pairs_accuracy": _mean(by_length),
            "significant_pairs_accuracy": _mean(by_length[significant]),
        },
        "brier": _mean((chance - won) ** 2),
        "calibration_error": calibration_error(chance, won),
        "selective": {
            str(coverage): _accuracies(
                right,
                decided.test,
                _most_certain(chance, everything, coverage),
                _most_certain(chance, significant, coverage),
                seed,
            )
            for coverage in COVERAGES
        },
    }


def hits(scores: Array, pairs: Pairs) -> Array:
    """1 where the better copy has the higher score, 0.5 for a tie, else 0."""
    product = (scores[pairs.a] - scores[pairs.b]) * pairs.z
    return np.where(product > 0, 1.0, np.where(product == 0, 0.5, 0.0))


def calibration_error(chance: Array, won: Array) -> float | None:
    """Expected calibration error over bins of equally many predictions (Naeini et al., 2015); 0 is perfect.

    Each pair counts in both orders, as (p, won) and as (1 - p, lost): which copy comes first must not matter. A perfect
    model shows more than 0 on few pairs, about 0.4 / sqrt(pairs of a bin).
    """
    if not len(chance):
        return None
    both, outcomes = np.column_stack([chance, 1 - chance]).ravel(), np.column_stack([won, 1 - won]).ravel()
    # Equal predictions may fall into two bins; their outcomes are spread evenly, or their order would count.
    _, same, count = np.unique(both, return_inverse=True, return_counts=True)
    outcomes = (np.bincount(same, weights=outcomes) / count)[same]
    order = np.argsort(both, kind="stable")
    bins = [rows for rows in np.array_split(order, _BINS) if len(rows)]
    error = sum(abs(float((both[rows] - outcomes[rows]).sum())) for rows in bins) / len(both)
    return _rounded(error)


def interval(top: Array, bottom: Array, tests: NDArray[np.int64], seed: int) -> list[float] | None:
    """95% percentile bootstrap of sum(top) / sum(bottom); tests are drawn, because a test's rows depend on each other.

    Null when `bottom` sums to 0.
    """
    _, index = np.unique(tests, return_inverse=True)
    tops, bottoms = np.bincount(index, weights=top), np.bincount(index, weights=bottom)
    if bottoms.sum() == 0:
        return None
    rng = np.random.default_rng(seed)
    ratios: list[float] = []
    while len(ratios) < _RESAMPLES:
        draw = rng.integers(0, len(tops), len(tops))
        if (seen := bottoms[draw].sum()) > 0:
            ratios.append(float(tops[draw].sum() / seen))
    return [round(float(bound), 4) for bound in np.quantile(ratios, [0.025, 0.975])]


def _accuracies(right: Array, tests: NDArray[np.int64], every: Mask, significant: Mask, seed: int) -> dict[str, Any]:
    accuracies: dict[str, Any] = {}
    for name, mask in (("all_pairs", every), ("significant_pairs", significant)):
        accuracies[f"{name}_accuracy"] = _mean(right[mask])
        accuracies[f"{name}_interval"] = interval(right * mask, mask.astype(np.float64), tests, seed)
    return accuracies


def _most_certain(chance: Array, among: Mask, coverage: float) -> Mask:
    """[pairs] the share `coverage` of the pairs `among`, those whose win probability is furthest from a half."""
    rows = np.flatnonzero(among)
    order = np.argsort(-np.abs(chance[rows] - 0.5), kind="stable")
    chosen = np.zeros(len(among), dtype=bool)
    chosen[rows[order[: math.ceil(coverage * len(rows))]]] = True
    return chosen


def _choices(mean: Array, pairs: Pairs, arms: pd.DataFrame, seed: int) -> dict[str, Any]:
    """The worth of the model's pick among all the arms of a test and image.

    top1: how often it is the arm with the highest observed click rate; m arms that tie for it count 1/m each, so that
    chance is the mean of 1/k. replay_ctr_gain: click rate of the pick over the mean arm's, less 1, each averaged over
    the groups. oracle_ctr_gain: the same for the arm that did best, which no model can reach: the best of k noisy click
    rates is partly luck.
    """
    rows = np.unique(np.concatenate([pairs.a, pairs.b]))
    table = arms.iloc[rows][["test_id", "image_id"]].assign(mean=mean[rows])
    table["rate"] = (arms["clicks"].iloc[rows] / arms["impressions"].iloc[rows]).to_numpy(np.float64)
    group = table.groupby(["test_id", "image_id"], sort=False)
    table["best"] = table["rate"] == group["rate"].transform("max")
    table["hit"] = table["best"] / group["best"].transform("sum")
    picks = table[table["mean"] == group["mean"].transform("max")].groupby(["test_id", "image_id"], sort=False)
    picked, fair, oracle = picks["rate"].mean(), group["rate"].mean(), group["rate"].max()
    tests = pd.factorize(fair.index.get_level_values("test_id"))[0]
    bounds = interval(picked.loc[fair.index].to_numpy(), fair.to_numpy(), tests, seed)
    base = float(fair.mean()) if len(fair) else 0.0
    return {
        "top1": _mean(picks["hit"].mean().to_numpy()),
        "top1_chance": _mean(1 / group.size().to_numpy(np.float64)),
        "replay_ctr_gain": _rounded(float(picked.mean()) / base - 1) if base else None,
        "replay_ctr_gain_interval": [round(bound - 1, 4) for bound in bounds] if bounds else None,
        "oracle_ctr_gain": _rounded(float(oracle.mean()) / base - 1) if base else None,
    }


def _mean(values: Array) -> float | None:
    return _rounded(float(values.mean())) if len(values) else None


def _rounded(value: float) -> float:
    return round(value, 4)
