"""Calibration of rewards: win probability in an A/B test, and the bias of rewards by length and style."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from deployments.reward.text import FEATURES, features
from deployments.types import WinCalibration
from training.pairs import Pairs

Array = NDArray[np.float64]
_LIMIT: Final = 60.0  # of a logit, as in WinCalibration.win_probability
_PRIOR_GAP: Final = 0.5  # logits: a style is not expected to move a test by more
_NEWTON_STEPS: Final = 30
_FIXED_POINT_STEPS: Final = 20


def win_probabilities(calibration: WinCalibration, mean: Array, spread: Array, pairs: Pairs) -> Array:
    """[pairs] probability that `a` beats `b`: `WinCalibration.win_probability` of every pair at once."""
    gap, doubt = _differences(mean, spread, pairs)
    return _win(calibration.slope * gap / np.sqrt(1 + calibration.spread_weight * doubt))


def fit(mean: Array, spread: Array, pairs: Pairs) -> WinCalibration:
    """Slope and spread weight of the greatest likelihood of who won (z > 0), each pair with its weight.

    mean, spread: [arms], of heads that did not see these pairs. Slope and spread weight are searched in units of the
    pairs' own differences and variances. A log-normal prior on the slope and an exponential one on the spread weight,
    together worth about one pair, keep both finite for a handful of pairs.
    """
    decided = pairs.where(pairs.z != 0)
    gap, doubt = _differences(mean, spread, decided)
    scale = float(np.sqrt(np.mean(gap**2))) if len(decided) else 0.0
    if scale == 0:  # nothing to learn from
        return WinCalibration()
    unit = float(doubt.mean()) or 1.0
    gap, doubt, weights = gap / scale, doubt / unit, decided.weights
    signed = np.where(decided.z > 0, gap, -gap)

    def loss(theta: Array) -> tuple[float, Array]:
        slope, weight = np.exp(theta[0]), theta[1]
        width = np.sqrt(1 + weight * doubt)
        logit = slope * signed / width
        error = -weights * expit(-logit)  # derivative of the loss by the logit
        by_weight = error * logit * -0.5 * doubt / width**2
        value = weights @ np.logaddexp(0, -logit) + theta[0] ** 2 / 8 + weight / 100
        return float(value), np.array([error @ logit + theta[0] / 4, by_weight.sum() + 0.01])

    optimum = minimize(loss, np.zeros(2), jac=True, method="L-BFGS-B", bounds=[(-9, 6), (0, 100)])
    slope, weight = float(np.exp(optimum.x[0]) / scale), float(optimum.x[1] / unit)
    # Familiar copies may not show what spread is worth, strange ones need it: at least what a spread in logits costs a
    # logistic model (MacKay, 1992: pi / 8 x variance). The slope makes up for it at the pairs' mean variance.
    for _ in range(_FIXED_POINT_STEPS):
        least = float(np.pi / 8 * slope**2)
        if weight >= least:
            break
        slope *= float(np.sqrt((1 + least * unit) / (1 + weight * unit)))
        weight = least
    return WinCalibration(slope=slope, spread_weight=weight)


def surface(texts: Iterable[str]) -> Array:
    """[arms, FEATURES] surface features of rendered copies."""
    return np.array([features(text) for text in texts], dtype=np.float64).reshape(-1, len(FEATURES))


def style_gaps(mean: Array, slope: float, pairs: Pairs, values: Array) -> dict[str, dict[str, float | int]]:
    """Measure how much more or less each surface feature is clicked than the rewards predict.

    Logistic regression of who won on the differences of `values` ([arms, FEATURES], see `surface`) with slope x
    difference of means as offset, a normal prior on each coefficient, and the sandwich estimate of its error over
    tests (White, 1982), in which the prior counts as one more test.

    gap, se: in units of the reward, per unit of the feature; a positive gap means that the reward is biased against it.
    pairs: how many differ in the feature; without any the gap is 0 and its error the prior's.
    """
    decided = pairs.where(pairs.z != 0)
    offset = slope * (mean[decided.a] - mean[decided.b])
    inputs = values[decided.a] - values[decided.b]
    won, weights = (decided.z > 0).astype(np.float64), decided.weights
    prior = np.eye(inputs.shape[1]) / _PRIOR_GAP**2
    gaps = np.zeros(inputs.shape[1])
    for _ in range(_NEWTON_STEPS):
        chance = _win(offset + inputs @ gaps)
        curve = (inputs * (weights * chance * (1 - chance))[:, None]).T @ inputs + prior
        step = np.linalg.solve(curve, inputs.T @ (weights * (won - chance)) - prior @ gaps)
        gaps = gaps + step
        if np.abs(step).max() < 1e-9:
            break
    chance = _win(offset + inputs @ gaps)
    pull = pd.DataFrame(inputs * (weights * (won - chance))[:, None]).groupby(decided.test).sum().to_numpy()
    inverse = np.linalg.inv(curve)
    errors = np.sqrt(np.diag(inverse @ (pull.T @ pull + prior) @ inverse))
    return {
        name: {
            "pairs": int((inputs[:, i] != 0).sum()),
            "gap": round(float(gaps[i] / slope), 4),
            "se": round(float(errors[i] / slope), 4),
        }
        for i, name in enumerate(FEATURES)
    }


def length_slopes(mean: Array, ties: NDArray[np.int64], lengths: Array) -> tuple[float, float]:
    """Reward per unit of the two `lengths` ([texts, 2]: log(1 + words), and its excess over FEW_WORDS).

    Least squares over `ties`: [ties, 2] rows of a longer copy and of the shorter one that it begins with; (0, 0) where
    there are none.
    """
    longer, shorter = ties.T
    slopes, *_ = np.linalg.lstsq(lengths[longer] - lengths[shorter], mean[longer] - mean[shorter], rcond=None)
    return float(slopes[0]), float(slopes[1])


def _differences(mean: Array, spread: Array, pairs: Pairs) -> tuple[Array, Array]:
    """[pairs] mean_a - mean_b, and spread_a^2 + spread_b^2."""
    gap = mean[pairs.a].astype(np.float64) - mean[pairs.b]
    return gap, spread[pairs.a].astype(np.float64) ** 2 + spread[pairs.b].astype(np.float64) ** 2


def _win(logits: Array) -> Array:
    return np.asarray(expit(np.clip(logits, -_LIMIT, _LIMIT)), dtype=np.float64)
