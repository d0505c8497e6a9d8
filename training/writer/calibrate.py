"""Calibration of the writer's own fit on readers' marks, and its quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from deployments.generator.fit import FitCalibration, title_share
from training.writer.corpus import BadCorpus, Entry

Array = NDArray[np.float64]

# Standard deviation of a category's offset, in logits, before any mark is seen.
_CATEGORY_SPREAD: Final = 0.35
_FOLDS: Final = 10
_MINIMA: Final = (0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75)


@dataclass(frozen=True)
class Numbers:
    """What is known of copies.

    values: [copies, 3], the contrast, the likelihood and the share of the title's words. categories: of each copy.
    """

    values: Array
    categories: Sequence[str]

    def __getitem__(self, rows: NDArray[np.intp]) -> Numbers:
        return Numbers(self.values[rows], [self.categories[n] for n in rows])


@dataclass(frozen=True)
class Fitted:
    """P(fit) = sigmoid(weights . values + offset + the category's offset). weights: [3], of Numbers, none negative."""

    weights: Array
    offset: float
    category_offsets: Mapping[str, float] = field(default_factory=dict)

    def __call__(self, numbers: Numbers) -> Array:
        z = numbers.values @ self.weights + self.offset
        z = z + np.array([self.category_offsets.get(name, 0.0) for name in numbers.categories])
        return np.asarray(1 / (1 + np.exp(-z)))


def platt(numbers: Numbers, fit: ArrayLike) -> Fitted:
    """Logistic regression of the marks (0 to 1) on the numbers, with a prior of one mark on each side.

    Platt (1999), "Probabilistic outputs for support vector machines". The offset of a category has a normal prior
    around 0: a category with few marks keeps its offset near 0.
    """
    x, y = numbers.values, np.asarray(fit, float)
    names = sorted(set(numbers.categories))
    member = np.array([[name == other for other in names] for name in numbers.categories], float).reshape(len(x), -1)
    good, bad = float((y > 0.5).sum()), float((y <= 0.5).sum())
    target = np.where(y > 0.5, (good + 1) / (good + 2), 1 / (bad + 2))
    width = x.shape[1]

    def cost(parameters: Array) -> float:
        z = x @ parameters[:width] + parameters[width] + member @ parameters[width + 1 :]
        prior = (parameters[width + 1 :] ** 2).sum() / (2 * _CATEGORY_SPREAD**2)
        return float(np.logaddexp(0, z).sum() - (target * z).sum() + prior)

    bounds = [*[(0, None)] * width, (None, None), *[(None, None)] * len(names)]
    start = np.array([*[0.5] * width, 0.0, *[0.0] * len(names)])
    weights = minimize(cost, start, method="L-BFGS-B", bounds=bounds).x
    offsets = (float(value) for value in weights[width + 1 :])
    return Fitted(weights[:width], float(weights[width]), dict(zip(names, offsets, strict=True)))


def auc(value: ArrayLike, fit: ArrayLike) -> float:
    """Share of (fit, unfit) pairs in the right order, ties counting half: the Mann-Whitney statistic."""
    x, y = np.asarray(value, float), np.asarray(fit, float) > 0.5
    better, worse = x[y], x[~y]
    if not len(better) or not len(worse):
        return float("nan")
    return float((np.sign(better[:, None] - worse[None, :]) / 2 + 0.5).mean())


def fitted(entries: Sequence[Entry]) -> tuple[FitCalibration, dict[str, Any]]:
    """The calibration of the marked copies that have the writer's numbers, and how good it is. Raises BadCorpus."""
    rows = [(e, j) for e in entries for j in e.judged if j.contrast is not None and j.likelihood is not None]
    fit = np.array([j.fit for _, j in rows])
    if not (fit > 0.5).any() or (fit > 0.5).all():
        raise BadCorpus("the marks need copies that are fit and copies that are not, with their writer's numbers")
    shares = [title_share(e.item, j) for e, j in rows]
    default = float(np.mean([share for share in shares if share is not None] or [0.0]))
    values = [(j.contrast, j.likelihood, default if s is None else s) for (_, j), s in zip(rows, shares, strict=True)]
    numbers = Numbers(np.array(values, float), [j.category for _, j in rows])
    curve = platt(numbers, fit)
    slope, likelihood_weight, title_weight = (round(float(weight), 4) for weight in curve.weights)
    languages = tuple(sorted({e.item.language for e, _ in rows}))
    calibration = FitCalibration(
        slope=slope,
        likelihood_weight=likelihood_weight,
        title_weight=title_weight,
        default_title_share=round(default, 4),
        offset=round(curve.offset, 4),
        category_offsets={name: round(value, 4) for name, value in curve.category_offsets.items()},
        languages=languages,
    )
    items = [e.id for e, _ in rows]
    return calibration, {"items": len(set(items)), "languages": list(languages)} | report(numbers, fit, items)


def report(numbers: Numbers, fit: ArrayLike, items: Sequence[str], seed: int = 0) -> dict[str, Any]:
    """Report how well the numbers order marked copies, and each alone.

    Each copy's chance comes from the marks of other items. best_of_item: the likeliest copy of each item, which is
    what may be sent; `fit` is the mean of its marks.
    """
    y, names = np.asarray(fit, float), np.array(items)
    draw = np.random.default_rng(seed)
    chances = _left_out(numbers, y, names, draw)
    samples = [draw.integers(len(y), size=len(y)) for _ in range(500)]
    spread = [value for rows in samples if not np.isnan(value := auc(chances[rows], y[rows]))]
    best = np.array([max(np.flatnonzero(names == name), key=lambda n: chances[n]) for name in sorted(set(items))])
    return {
        "copies": len(y),
        "fit": round(float((y > 0.5).mean()), 3),
        "auc": round(auc(chances, y), 3),
        "auc_contrast": round(auc(numbers.values[:, 0], y), 3),
        "auc_likelihood": round(auc(numbers.values[:, 1], y), 3),
        "auc_title_share": round(auc(numbers.values[:, 2], y), 3),
        "auc_interval": [round(float(v), 3) for v in np.quantile(spread, [0.025, 0.975])] if spread else None,
        "brier": round(float(((chances - (y > 0.5)) ** 2).mean()), 3),
        "at_minimum": [_at(minimum, chances, y) for minimum in _MINIMA],
        "best_of_item": [_at(minimum, chances[best], y[best]) for minimum in _MINIMA],
    }


def _left_out(numbers: Numbers, fit: Array, items: NDArray[np.str_], draw: np.random.Generator) -> Array:
    """The chance of each copy by the marks of the other folds of items."""
    order = draw.permutation(np.unique(items))
    chances = np.zeros(len(fit))
    for fold in np.array_split(order, min(_FOLDS, len(order))):
        out = np.isin(items, fold)
        known = np.flatnonzero(~out if (~out).any() else out)
        chances[out] = platt(numbers[known], fit[known])(numbers[np.flatnonzero(out)])
    return chances


def _at(minimum: float, chances: Array, fit: Array) -> dict[str, Any]:
    above = chances >= minimum
    return {
        "minimum": minimum,
        "share": round(float(above.mean()), 3),
        "fit": round(float(fit[above].mean()), 3) if above.any() else None,
    }
