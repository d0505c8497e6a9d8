"""Calibration of the writer's own fit on readers' marks, and its quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from deployments.generator.fit import FitCalibration
from training.writer.corpus import BadCorpus, Entry

Array = NDArray[np.float64]

# Standard deviation of a category's offset, in logits, before any mark is seen.
_CATEGORY_SPREAD: Final = 0.35


@dataclass(frozen=True)
class Fitted:
    """P(fit) = sigmoid(slope x contrast + likelihood_weight x likelihood + offset + the category's offset)."""

    slope: float
    likelihood_weight: float
    offset: float
    category_offsets: Mapping[str, float] = field(default_factory=dict)

    def __call__(self, contrast: ArrayLike, likelihood: ArrayLike, categories: Sequence[str]) -> Array:
        z = self.slope * np.asarray(contrast, float) + self.likelihood_weight * np.asarray(likelihood, float)
        z = z + self.offset + np.array([self.category_offsets.get(name, 0.0) for name in categories])
        return np.asarray(1 / (1 + np.exp(-z)))


def platt(contrast: ArrayLike, likelihood: ArrayLike, fit: ArrayLike, categories: Sequence[str]) -> Fitted:
    """Logistic regression of the marks (0 to 1) on the model's two numbers, with a prior of one mark on each side.

    Platt (1999), "Probabilistic outputs for support vector machines". The offset of a category has a normal prior
    around 0: a category with few marks keeps its offset near 0.
    """
    x, w, y = (np.asarray(values, float) for values in (contrast, likelihood, fit))
    names = sorted(set(categories))
    member = np.array([[name == other for other in names] for name in categories], float).reshape(len(x), len(names))
    good, bad = float((y > 0.5).sum()), float((y <= 0.5).sum())
    target = np.where(y > 0.5, (good + 1) / (good + 2), 1 / (bad + 2))

    def cost(parameters: Array) -> float:
        z = parameters[0] * x + parameters[1] * w + parameters[2] + member @ parameters[3:]
        prior = (parameters[3:] ** 2).sum() / (2 * _CATEGORY_SPREAD**2)
        return float(np.logaddexp(0, z).sum() - (target * z).sum() + prior)

    bounds = [(0, None), (0, None), (None, None), *[(None, None)] * len(names)]
    optimum = minimize(cost, np.array([0.5, 0.5, 0.0, *[0.0] * len(names)]), method="L-BFGS-B", bounds=bounds)
    slope, weight, offset, *offsets = (float(value) for value in optimum.x)
    return Fitted(slope, weight, offset, dict(zip(names, offsets, strict=True)))


def auc(value: ArrayLike, fit: ArrayLike) -> float:
    """Share of (fit, unfit) pairs in the right order, ties counting half: the Mann-Whitney statistic."""
    x, y = np.asarray(value, float), np.asarray(fit, float) > 0.5
    better, worse = x[y], x[~y]
    if not len(better) or not len(worse):
        return float("nan")
    return float((np.sign(better[:, None] - worse[None, :]) / 2 + 0.5).mean())


def fitted(entries: Sequence[Entry]) -> tuple[FitCalibration, dict[str, Any]]:
    """The calibration of the marked copies that have both numbers, and how good it is. Raises BadCorpus."""
    rows = [(e, j) for e in entries for j in e.judged if j.contrast is not None and j.likelihood is not None]
    contrast = [j.contrast or 0.0 for _, j in rows]
    likelihood = [j.likelihood or 0.0 for _, j in rows]
    fit = [j.fit for _, j in rows]
    if not any(f > 0.5 for f in fit) or all(f > 0.5 for f in fit):
        raise BadCorpus("the marks need copies that are fit and copies that are not, with their writer's numbers")
    categories = [j.category for _, j in rows]
    fit_curve = platt(contrast, likelihood, fit, categories)
    languages = tuple(sorted({e.item.language for e, _ in rows}))
    calibration = FitCalibration(
        slope=round(fit_curve.slope, 4),
        likelihood_weight=round(fit_curve.likelihood_weight, 4),
        offset=round(fit_curve.offset, 4),
        category_offsets={name: round(value, 4) for name, value in fit_curve.category_offsets.items()},
        languages=languages,
    )
    about = {"items": len({e.id for e, _ in rows}), "languages": list(languages)}
    return calibration, about | report(contrast, likelihood, fit, categories)


def report(
    contrast: ArrayLike, likelihood: ArrayLike, fit: ArrayLike, categories: Sequence[str], seed: int = 0
) -> dict[str, Any]:
    """Report how well the model's numbers order marked copies, raw and calibrated."""
    x, w, y = (np.asarray(values, float) for values in (contrast, likelihood, fit))
    chances = platt(x, w, y, categories)(x, w, categories)
    draw = np.random.default_rng(seed)
    samples = [draw.integers(len(x), size=len(x)) for _ in range(500)]
    spread = [value for rows in samples if not np.isnan(value := auc(chances[rows], y[rows]))]
    return {
        "copies": len(x),
        "fit": round(float((y > 0.5).mean()), 3),
        "auc": round(auc(chances, y), 3),
        "auc_contrast": round(auc(x, y), 3),
        "auc_likelihood": round(auc(w, y), 3),
        "auc_interval": [round(float(v), 3) for v in np.quantile(spread, [0.025, 0.975])],
        "brier": round(float(((chances - (y > 0.5)) ** 2).mean()), 3),
        "at_minimum": [
            {
                "minimum": minimum,
                "share": round(float((chances >= minimum).mean()), 3),
                "fit": round(float((y[chances >= minimum] > 0.5).mean()), 3) if (chances >= minimum).any() else None,
            }
            for minimum in (0.3, 0.4, 0.5, 0.6, 0.7)
        ],
    }
