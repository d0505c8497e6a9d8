"""From readers' marks to a calibrated fit: how the model's word becomes a probability, and how good it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Fitted:
    """P(fit) = sigmoid(slope x contrast + offset)."""

    slope: float
    offset: float


def platt(contrast: ArrayLike, fit: ArrayLike) -> Fitted:
    """Logistic regression of the marks (0 to 1) on the model's word, with Platt's prior of one mark on each side.

    Platt (1999), "Probabilistic outputs for support vector machines".
    """
    x, y = np.asarray(contrast, float), np.asarray(fit, float)
    good, bad = float((y > 0.5).sum()), float((y <= 0.5).sum())
    target = np.where(y > 0.5, (good + 1) / (good + 2), 1 / (bad + 2))

    def cost(parameters: Array) -> float:
        z = parameters[0] * x + parameters[1]
        return float(np.logaddexp(0, z).sum() - (target * z).sum())

    found = minimize(cost, np.array([0.5, 0.0]), method="L-BFGS-B", bounds=[(1e-3, None), (None, None)])
    return Fitted(slope=float(found.x[0]), offset=float(found.x[1]))


def auc(value: ArrayLike, fit: ArrayLike) -> float:
    """Share of (fit, unfit) pairs in the right order, ties counting half: the Mann-Whitney statistic."""
    x, y = np.asarray(value, float), np.asarray(fit, float) > 0.5
    better, worse = x[y], x[~y]
    if not len(better) or not len(worse):
        return float("nan")
    return float((np.sign(better[:, None] - worse[None, :]) / 2 + 0.5).mean())


def report(contrast: ArrayLike, fit: ArrayLike, seed: int = 0) -> dict[str, Any]:
    """How well the model's word orders marked copies, and what calibration leaves to say."""
    x, y = np.asarray(contrast, float), np.asarray(fit, float)
    found = platt(x, y)
    said = 1 / (1 + np.exp(-(found.slope * x + found.offset)))
    draw = np.random.default_rng(seed)
    samples = [draw.integers(len(x), size=len(x)) for _ in range(500)]
    spread = [value for rows in samples if not np.isnan(value := auc(x[rows], y[rows]))]
    return {
        "copies": len(x),
        "fit": round(float((y > 0.5).mean()), 3),
        "auc": round(auc(x, y), 3),
        "auc_interval": [round(float(v), 3) for v in np.quantile(spread, [0.025, 0.975])],
        "brier": round(float(((said - (y > 0.5)) ** 2).mean()), 3),
        "at_minimum": [
            {
                "minimum": minimum,
                "share": round(float((said >= minimum).mean()), 3),
                "fit": round(float((y[said >= minimum] > 0.5).mean()), 3) if (said >= minimum).any() else None,
            }
            for minimum in (0.3, 0.4, 0.5, 0.6, 0.7)
        ],
    }


def curve(best: ArrayLike, fit: ArrayLike) -> list[dict[str, float]]:
    """Fit share of what is sent against coverage: the items by the fit of their chosen copy, surest first."""
    order = np.argsort(-np.asarray(best, float), kind="stable")
    marks = np.asarray(fit, float)[order]
    counts = np.arange(1, len(marks) + 1)
    return [
        {"coverage": round(float(n / len(marks)), 3), "fit": round(float(s / n), 3)}
        for n, s in zip(counts, np.cumsum(marks), strict=True)
    ]
