"""The fit of the reward: ridge Bradley-Terry heads on a frozen trunk.

Heads are cross-fitted, so that every correction is measured on tests that the corrected heads did not see.

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

from deployments.reward.heads import GUARDS, BradleyTerryHeads, RewardConfig
from deployments.reward.model import widening
from deployments.reward.text import FEATURES, LENGTH, LONG
from deployments.types import WinCalibration
from training import calibrate
from training.arms import BadArms
from training.guards import by_tokens, crossfitted, direction, distances, limit, whitening
from training.pairs import Pairs

Array = NDArray[np.float64]
Rows = NDArray[np.float32]
Say = Callable[[str], None]
_ITERATIONS: Final = 400
FEWEST_COPIES: Final = 100
MAX_LENGTH: Final = 96


@dataclass(frozen=True)
class Recipe:
    """Every number of the fit. `ridges` are tried by cross-fitting; the one with the lowest loss on unseen tests wins.

    taught_weight, taught_label: of the pairs "copy against its own perturbed form". A copy against its own beginning is
        not among them: it teaches that longer is better, and the correction for length takes more back than that.
    others_weight: of the pairs of other domains, all together, against those of the log. No measure is taken on them.
    guard_quantiles: of plain human copies below the limit, beyond which a guard takes `guard_gains` a logit off. Cut
        titles are hardly told from whole ones of four words, so that limit lies lower.
    """

    members: int = 8
    ridges: tuple[float, ...] = (3_000.0, 10_000.0, 30_000.0)
    taught_weight: float = 0.15
    taught_label: float = 0.75
    others_weight: float = 0.1
    guard_ridge: float = 300.0
    guard_quantiles: dict[str, float] = field(
        default_factory=lambda: {"padded": 0.995, "repeated": 0.99, "marked": 0.995, "hollow": 0.995, "cut": 0.97}
    )
    guard_gains: dict[str, float] = field(
        default_factory=lambda: {"padded": 1.0, "repeated": 0.6, "marked": 0.4, "hollow": 0.6, "cut": 1.0}
    )
    directions: int = 128
    distance_quantile: float = 0.9
    seed: int = 0


@dataclass(frozen=True)
class Features:
    """Inputs of a fit. The first of the `texts` are the arms' copies, in the order of their table.

    texts: [texts, dim] embeddings. surface: [texts, FEATURES]. tokens: [texts], as the trunk reads them.
    folds: [texts], of their story or item.
    plain: [texts] bool: written by people, so that no guard may take them for something else.
    guarded: for each guard the rows of what it is to know.
    taught: [lessons, 2] rows of a copy and its own perturbed form. ties: [ties, 2] rows of a
        longer copy and of the shorter one that it begins with.
    others: pairs of other domains, rows of `texts`.
    """

    texts: Rows
    surface: Array
    tokens: NDArray[np.int64]
    folds: NDArray[np.int64]
    plain: NDArray[np.bool_]
    guarded: dict[str, NDArray[np.int64]]
    taught: NDArray[np.int64]
    ties: NDArray[np.int64]
    others: Pairs | None = None


@dataclass(frozen=True)
class Fit:
    """Heads, the numbers of their `RewardConfig`, and how they did on the training folds, each left out in turn."""

    heads: BradleyTerryHeads
    numbers: dict[str, Any]
    ridge: float
    ridge_losses: dict[float, float]
    style_gaps: dict[str, Any]
    length_slopes: tuple[float, float]
    crossfit_mean: Array
    crossfit_spread: Array
    calibration: WinCalibration = field(default_factory=WinCalibration)


def fit(features: Features, train: Pairs, recipe: Recipe, say: Say = lambda _text: None) -> Fit:
    """Fit on all of `train`, after measuring every correction on its folds, each left out in turn.

    Each head sees its own bootstrap sample of the training clusters (not of pairs, which are not independent), so that
    the heads disagree where the data is thin. Raises BadArms when there are too few copies.
    """
    trained_rows = np.unique(np.concatenate([train.a, train.b]))
    if len(trained_rows) < FEWEST_COPIES:
        raise BadArms(f"{len(trained_rows)} copies to train on; {FEWEST_COPIES} are the fewest that mean anything")
    mean, scale = features.texts[trained_rows].mean(0), features.texts[trained_rows].std(0).clip(1e-6)
    texts = (features.texts - mean) / scale
    task = _Task(texts, features, recipe)

    losses = {}
    for ridge in recipe.ridges:
        losses[ridge] = _loss(_crossfit(task, train, ridge, members=0)[:, 0], train)
        say(f"ridge {ridge:g}: loss on left-out folds {losses[ridge]:.5f}")
    best = min(losses, key=lambda ridge: losses[ridge])
    logits = _crossfit(task, train, best, recipe.members)
    say(f"ridge {best:g} chosen; {recipe.members} heads cross-fitted")

    used = np.isin(features.folds, np.unique(train.fold))
    plain = used & features.plain
    words = features.surface[:, FEATURES.index(LENGTH)]
    guards = {name: crossfitted(features.folds, used, task.guard(name), lambda w, at: texts[at] @ w) for name in GUARDS}
    limits = {
        name: limit(guard.left_out[plain], np.expm1(words[plain]), recipe.guard_quantiles[name])
        for name, guard in guards.items()
    }
    say("guards cross-fitted; limits " + ", ".join(f"{name} {at:.2f}" for name, at in limits.items()))
    penalties = sum(recipe.guard_gains[n] * np.maximum(guards[n].left_out - limits[n], 0) for n in GUARDS)
    raw = logits.mean(1) - penalties
    slopes, gaps, corrections = _corrections(
        raw, np.hypot(logits.std(1), penalties), train, features.surface, features.ties[used[features.ties].all(1)]
    )
    adjustment = features.surface @ np.array([corrections[name] for name in FEATURES])
    offset = -float(adjustment[trained_rows].mean())
    corrected = raw + adjustment + offset

    directions = crossfitted(
        features.folds, plain, lambda at: whitening(texts[at], recipe.directions),
        lambda axes, at: distances(texts[at], axes),
    )  # fmt: skip
    exponent = by_tokens(directions.left_out[plain], features.tokens[plain])
    distance = directions.left_out / np.exp(exponent * np.log1p(features.tokens))
    typical = float(np.quantile(distance[plain], recipe.distance_quantile))
    # As far beyond the typical as that is beyond the median, a copy is as uncertain as one of which nothing is known,
    # and nothing is more uncertain than that. So is one of twice as many words as were ever tested.
    widest = float(corrected[trained_rows].std())
    tested = float(np.quantile(np.expm1(words[trained_rows]), 0.99))
    numbers = {
        "dim": texts.shape[1], "heads": recipe.members, "directions": directions.weights.shape[1],
        "corrections": {name: round(value, 4) for name, value in corrections.items()},
        "offset": round(offset, 4),
        "guards": {name: {"limit": round(limits[name], 4), "gain": recipe.guard_gains[name]} for name in GUARDS},
        "distance_by_tokens": round(exponent, 4), "typical_distance": round(typical, 4),
        "widening": round(widest / max(typical - float(np.median(distance[plain])), 0.01 * typical, 1e-6), 4),
        "widest": round(widest, 4), "tested_words": round(max(1.0, tested), 1),
        "widening_by_length": round(widest / float(np.log(2)), 4),
    }  # fmt: skip
    config = RewardConfig(encoder="none", max_length=MAX_LENGTH, **numbers)
    wider = widening(config, distance.astype(np.float32), words.astype(np.float32))
    # A penalty is as uncertain as it is large: readers did click on some copies that a guard takes for worse. Without
    # this the calibration would blame every wide copy for it, and still be far too sure of those that pay.
    spread = np.hypot(np.hypot(logits.std(1), np.where(used, wider, 0)), penalties)
    calibration = calibrate.fit(corrected, spread, train)

    heads = BradleyTerryHeads(recipe.members, texts.shape[1], directions.weights.shape[1])
    state = {
        "feature_mean": mean, "feature_scale": scale, "whitening": directions.weights,
        "guarded": np.stack([guards[name].weights for name in GUARDS], axis=1),
        "outer": task.solve(train, best, bootstrap(train.cluster, recipe.members, recipe.seed)),
    }  # fmt: skip
    heads.load_state_dict({name: torch.as_tensor(np.asarray(value, np.float32)) for name, value in state.items()})
    return Fit(
        heads.eval(), numbers | {"calibration": calibration}, best, losses, gaps, slopes, corrected, spread, calibration
    )


@dataclass(frozen=True)
class _Task:
    """Standardised inputs of every fit."""

    texts: Rows
    features: Features
    recipe: Recipe

    def guard(self, name: str) -> Callable[[NDArray[np.bool_]], Array]:
        """The direction that tells what this guard is to know from plain copies, both among the texts it may see."""
        worse = self.features.guarded.get(name, np.empty(0, np.int64))

        def fit_on(seen: NDArray[np.bool_]) -> Array:
            mine = worse[seen[worse]]
            if not len(mine):
                return np.zeros(self.texts.shape[1])
            return direction(self.texts[seen & self.features.plain], self.texts[mine], self.recipe.guard_ridge)

        return fit_on

    def solve(self, pairs: Pairs, ridge: float, draws: Array) -> Array:
        """[heads, dim] weights; draws [pairs, heads]: how often each head sees each pair."""
        heads, folds = draws.shape[1], np.unique(pairs.fold)
        taught = self.features.taught
        taught = taught[np.isin(self.features.folds[taught[:, 0]], folds)]
        total = float(pairs.weights.sum())
        ends, labels, weights = (
            [np.stack([pairs.a, pairs.b], 1), taught],
            [pairs.labels],
            [draws * pairs.weights[:, None]],
        )
        labels.append(np.full(len(taught), self.recipe.taught_label))
        copies = len(np.unique(ends[0]))
        weights.append(np.full((len(taught), heads), self.recipe.taught_weight * copies / max(1, len(taught))))
        if self.features.others is not None:
            others = self.features.others
            ends.append(np.stack([others.a, others.b], 1))
            labels.append(others.labels)
            share = self.recipe.others_weight * total / max(1, len(others))
            weights.append(np.repeat(others.weights[:, None] * share, heads, axis=1))
        rows, at = np.unique(np.concatenate(ends), return_inverse=True)
        at = at.reshape(-1, 2)
        signs = np.repeat([1.0, -1.0], len(at)).astype(np.float32)
        difference = csr_matrix((signs, (np.tile(np.arange(len(at)), 2), at.T.ravel())), shape=(len(at), len(rows)))
        return logistic(self.texts[rows], difference, np.concatenate(labels), np.concatenate(weights), ridge)


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
    """[texts, heads] logits of every text of the training folds under heads that did not see its fold; 0 for others."""
    logits = np.zeros((len(task.texts), max(1, members)))
    for fold in np.unique(train.fold):
        others = train.where(train.fold != fold)
        heads = task.solve(others, ridge, bootstrap(others.cluster, members, task.recipe.seed))
        mine = task.features.folds == fold
        logits[mine] = task.texts[mine] @ heads.T
    return logits


def _loss(mean: Array, pairs: Pairs) -> float:
    margin = mean[pairs.a] - mean[pairs.b]
    return float(np.average(np.logaddexp(0, margin) - pairs.labels * margin, weights=pairs.weights))


def _corrections(
    raw: Array, spread: Array, train: Pairs, surface: Array, ties: NDArray[np.int64]
) -> tuple[tuple[float, float], dict[str, dict[str, float | int]], dict[str, float]]:
    """The reward's slopes by length, the style gaps, and the corrections that follow: logits per unit of each feature.

    Length is taken off as copies have it that say ever more of the same: a headline is no measure of a push, and inside
    a test the longer one was clicked a little more because it said more. Of the style gaps only what exceeds two
    standard errors counts, and only as a deduction: a bonus for a sign that anyone can type would be an invitation.
    """
    lengths = [FEATURES.index(LENGTH), FEATURES.index(LONG)]
    slopes = calibrate.length_slopes(raw, ties, surface[:, lengths])
    level = raw - surface[:, lengths] @ np.array(slopes)
    gaps = calibrate.style_gaps(level, calibrate.fit(level, spread, train).slope, train, surface)
    corrections = {name: min(0.0, gap["gap"]) if gap["gap"] < -2 * gap["se"] else 0.0 for name, gap in gaps.items()}
    return slopes, gaps, corrections | {LENGTH: -slopes[0], LONG: -slopes[1]}
