"""Fits the reward: ridge Bradley-Terry heads on a frozen trunk, cross-fitted, so that every correction is measured on
tests that the heads it corrects did not see.

Why the trunk stays frozen: on six folds of the shipped data, cross-validated, tuning MiniLM whole, tuning it from these
heads on, and low-rank adapters were no better than strongly regularised heads on all its upper layers
(`models/reward/README.md` has the numbers), and those are convex: seconds on two cores, one answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import expit

from deployments.reward.heads import BradleyTerryHeads
from deployments.reward.text import FEATURES, LENGTH
from deployments.types import WinCalibration
from training import calibrate
from training.arms import BadArms
from training.guards import crossfitted, distances, whitening
from training.pairs import Pairs

Array = NDArray[np.float64]
Rows = NDArray[np.float32]
Say = Callable[[str], None]
_ITERATIONS: Final = 400
FEWEST_COPIES: Final = 100


@dataclass(frozen=True)
class Recipe:
    """Every number of the fit. `ridges` are tried by cross-fitting; the one with the lowest loss on unseen tests wins.

    taught_weight, taught_label: of the pairs "copy against its own perturbed form" (`training/perturb.py`).
    tamper_quantile: of training copies below the limit beyond which looking tampered with costs tamper_gain a logit.
    """

    members: int = 8
    ridges: tuple[float, ...] = (3_000.0, 10_000.0, 30_000.0)
    taught_weight: float = 0.05
    taught_label: float = 0.75
    tamper_ridge: float = 300.0
    tamper_quantile: float = 0.99
    tamper_gain: float = 0.4
    directions: int = 128
    distance_quantile: float = 0.95
    seed: int = 0


@dataclass(frozen=True)
class Features:
    """Inputs of a fit: embeddings [n, dim] of the arms' copies and of the lessons.

    better, worse: clean texts and their perturbed forms. lesson_rows: the arm whose test each lesson belongs to; only
        lessons of trained-on tests are used.
    surface: [arms, FEATURES].
    """

    copies: Rows
    better: Rows
    worse: Rows
    lesson_rows: NDArray[np.int64]
    surface: Array


@dataclass(frozen=True)
class Fit:
    """Heads, the numbers of their `RewardConfig`, and how they did on the training folds, each left out in turn."""

    heads: BradleyTerryHeads
    numbers: dict[str, Any]
    ridge: float
    ridge_losses: dict[float, float]
    style_gaps: dict[str, Any]
    length_slope: float
    crossfit_mean: Array
    crossfit_spread: Array
    calibration: WinCalibration = field(default_factory=WinCalibration)


def fit(features: Features, train: Pairs, recipe: Recipe, say: Say = lambda _text: None) -> Fit:
    """Fit on all of `train`, after measuring every correction on its folds, each left out in turn.

    Each head sees its own bootstrap sample of the training clusters (not of pairs, which are not independent), so that
    the heads disagree where the data is thin. Raises BadArms when there are too few copies.
    """
    known = np.unique(np.concatenate([train.a, train.b]))
    if len(known) < FEWEST_COPIES:
        raise BadArms(f"{len(known)} copies to train on; {FEWEST_COPIES} are the fewest that mean anything")
    mean, scale = features.copies[known].mean(0), features.copies[known].std(0).clip(1e-6)
    copies, better, worse = ((x - mean) / scale for x in (features.copies, features.better, features.worse))
    task = _Task(copies, better, worse, features.lesson_rows, recipe)

    losses = {}
    for ridge in recipe.ridges:
        losses[ridge] = _loss(_crossfit(task, train, ridge, members=0)[:, 0], train)
        say(f"ridge {ridge:g}: loss on left-out folds {losses[ridge]:.5f}")
    best = min(losses, key=lambda ridge: losses[ridge])
    logits = _crossfit(task, train, best, recipe.members)
    say(f"ridge {best:g} chosen; {recipe.members} heads cross-fitted")

    tamper = crossfitted(train, len(copies), task.tamper, lambda weights, rows: copies[rows] @ weights)
    limit = float(np.quantile(tamper.left_out[known], recipe.tamper_quantile))
    raw = logits.mean(1) - recipe.tamper_gain * np.maximum(tamper.left_out - limit, 0)
    slope, gaps, corrections = _corrections(raw, logits.std(1), train, features.surface)
    adjustment = features.surface @ np.array([corrections[name] for name in FEATURES])
    offset = -float(adjustment[known].mean())
    corrected = raw + adjustment + offset

    directions = crossfitted(
        train, len(copies), lambda rows: whitening(copies[rows], recipe.directions),
        lambda axes, rows: distances(copies[rows], axes),
    )  # fmt: skip
    typical = float(np.quantile(directions.left_out[known], recipe.distance_quantile))
    # As far beyond the typical as that is beyond the median, a copy is as uncertain as one of which nothing is known,
    # and nothing is more uncertain than that.
    widest = float(corrected[known].std())
    widening = widest / max(typical - float(np.median(directions.left_out[known])), 0.01)
    beyond = np.maximum(directions.left_out - typical, 0)
    spread = np.hypot(logits.std(1), np.minimum(widening * beyond, widest))
    calibration = calibrate.fit(corrected, spread, train)

    heads = BradleyTerryHeads(recipe.members, copies.shape[1], directions.weights.shape[1])
    state = {
        "feature_mean": mean, "feature_scale": scale, "whitening": directions.weights, "tampered": tamper.weights,
        "outer": task.solve(train, best, bootstrap(train.cluster, recipe.members, recipe.seed)),
    }  # fmt: skip
    heads.load_state_dict({name: torch.as_tensor(np.asarray(value, np.float32)) for name, value in state.items()})
    numbers = {
        "dim": copies.shape[1], "heads": recipe.members, "directions": directions.weights.shape[1],
        "corrections": {name: round(value, 4) for name, value in corrections.items()},
        "offset": round(offset, 4), "tamper_limit": round(limit, 4), "tamper_gain": recipe.tamper_gain,
        "typical_distance": round(typical, 4), "widening": round(widening, 4), "widest": round(widest, 4),
        "calibration": calibration,
    }  # fmt: skip
    return Fit(heads.eval(), numbers, best, losses, gaps, slope, corrected, spread, calibration)


@dataclass(frozen=True)
class _Task:
    """Standardised inputs of every fit."""

    copies: Rows
    better: Rows
    worse: Rows
    lesson_rows: NDArray[np.int64]
    recipe: Recipe

    def tamper(self, rows: NDArray[np.int64]) -> Array:
        """[dim]: the direction that tells the perturbed texts of these rows from clean ones."""
        mine = np.isin(self.lesson_rows, rows)
        inputs = np.concatenate([self.worse[mine], self.better[mine], self.copies[rows]])
        inputs = np.concatenate([inputs, np.ones((len(inputs), 1), np.float32)], axis=1)
        labels = np.repeat([1.0, 0.0], [mine.sum(), mine.sum() + len(rows)])
        each = csr_matrix((np.ones(len(inputs), np.float32), (range(len(inputs)),) * 2))
        return logistic(inputs, each, labels, np.ones((len(inputs), 1)), self.recipe.tamper_ridge)[0, :-1]

    def solve(self, pairs: Pairs, ridge: float, draws: Array) -> Array:
        """[heads, dim] weights; draws [pairs, heads]: how often each head sees each pair."""
        rows = np.unique(np.concatenate([pairs.a, pairs.b]))
        taught = np.flatnonzero(np.isin(self.lesson_rows, rows))
        count, lessons = len(self.copies), np.arange(len(taught))
        inputs = np.concatenate([self.copies, self.better[taught], self.worse[taught]])
        labels = np.concatenate([pairs.labels, np.full(len(taught), self.recipe.taught_label)])
        share = self.recipe.taught_weight * len(rows) / max(1, len(taught))
        weights = np.concatenate([draws * pairs.weights[:, None], np.full((len(taught), draws.shape[1]), share)])
        signs = np.repeat([1.0, -1.0], len(labels)).astype(np.float32)
        ends = np.concatenate([pairs.a, count + lessons, pairs.b, count + len(taught) + lessons])
        difference = csr_matrix((signs, (np.tile(np.arange(len(labels)), 2), ends)), shape=(len(labels), len(inputs)))
        return logistic(inputs, difference, labels, weights, ridge)


def logistic(inputs: Rows, difference: csr_matrix, labels: Array, weights: Array, ridge: float) -> Array:
    """[heads, dim]: ridge logistic regression of soft labels on differences of rows, all heads at once (L-BFGS).

    difference: [pairs, rows], whose product with the rows' scores gives each pair's margin. weights: [pairs, heads].
    """
    shape = (weights.shape[1], inputs.shape[1])

    def loss(flat: Array) -> tuple[float, Array]:
        heads = flat.reshape(shape)
        margin = difference @ (inputs @ heads.T.astype(np.float32))
        value = (weights * (np.logaddexp(0, margin) - labels[:, None] * margin)).sum() + ridge / 2 * (flat @ flat)
        error = (weights * (expit(margin) - labels[:, None])).astype(np.float32)
        return float(value), ((difference.T @ error).T @ inputs + ridge * heads).ravel().astype(np.float64)

    return minimize(
        loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": _ITERATIONS}
    ).x.reshape(shape)


def bootstrap(clusters: NDArray[np.int64], heads: int, seed: int) -> Array:
    """[pairs, heads]: how often each pair's cluster was drawn for each head; for 0 heads, one that sees all once."""
    if not heads:
        return np.ones((len(clusters), 1))
    draw = np.random.default_rng(seed)
    names, index = np.unique(clusters, return_inverse=True)
    counts = [np.bincount(draw.integers(0, len(names), len(names)), minlength=len(names))[index] for _ in range(heads)]
    return np.stack(counts, axis=1).astype(float)


def _crossfit(task: _Task, train: Pairs, ridge: float, members: int) -> Array:
    """[arms, heads] logits of every training copy under heads that did not see its fold; 0 for other copies."""
    logits = np.zeros((len(task.copies), max(1, members)))
    for fold in np.unique(train.fold):
        rest, left_out = train.where(train.fold != fold), train.where(train.fold == fold)
        heads = task.solve(rest, ridge, bootstrap(rest.cluster, members, task.recipe.seed))
        rows = np.unique(np.concatenate([left_out.a, left_out.b]))
        logits[rows] = task.copies[rows] @ heads.T
    return logits


def _loss(mean: Array, pairs: Pairs) -> float:
    margin = mean[pairs.a] - mean[pairs.b]
    return float(np.average(np.logaddexp(0, margin) - pairs.labels * margin, weights=pairs.weights))


def _corrections(
    raw: Array, spread: Array, train: Pairs, surface: Array
) -> tuple[float, dict[str, dict[str, float | int]], dict[str, float]]:
    """The reward's slope by length, the style gaps, and the corrections that follow: logits per unit of each feature.

    Length is taken off whole. Of the style gaps only what exceeds two standard errors counts, and only as a deduction:
    a bonus for a sign that anyone can type would be an invitation.
    """
    words = surface[:, FEATURES.index(LENGTH)]
    slope = calibrate.length_slope(raw, train, words)
    level = raw - slope * words
    gaps = calibrate.style_gaps(level, calibrate.fit(level, spread, train).slope, train, surface)
    corrections = {name: min(0.0, gap["gap"]) if gap["gap"] < -2 * gap["se"] else 0.0 for name, gap in gaps.items()}
    return slope, gaps, corrections | {LENGTH: -slope}
