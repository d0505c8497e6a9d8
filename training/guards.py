"""Guards against copies that nobody would write, each measured on folds that it was not fitted on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

Array = NDArray[np.float64]
Rows = NDArray[np.float32]
Mask = NDArray[np.bool_]
_GROUPS: Final = 3  # of folds, each left out in turn
_ITERATIONS: Final = 200
# A band of lengths with fewer plain copies than this has no limit of its own.
_FEWEST_OF_A_BAND: Final = 150
BANDS: Final = (0, 8, 14, 22, 35)  # words


@dataclass(frozen=True)
class Guard:
    """`weights` of the whole training set, and `left_out` [texts]: each by weights of the other folds."""

    weights: Array
    left_out: Array


def crossfitted(
    folds: NDArray[np.int64], used: Mask, fit: Callable[[Mask], Array], apply: Callable[[Array, Mask], Array]
) -> Guard:
    """Fit and apply a guard across folds, on the `used` texts alone.

    fit: the texts to learn from, as a mask, to weights. apply: weights and texts to one number a text.
    """
    left_out = np.zeros(len(folds))
    _, order = np.unique(folds, return_inverse=True)
    for group in range(_GROUPS):
        mine = used & (order % _GROUPS == group)
        if mine.any():
            left_out[mine] = apply(fit(used & ~mine), mine)
    return Guard(fit(used), left_out)


def direction(plain: Rows, worse: Rows, ridge: float) -> Array:
    """[dim]: ridge logistic regression of worse texts against plain ones, both sides of equal weight."""
    inputs = np.concatenate([worse, plain])
    labels = np.repeat([1.0, 0.0], [len(worse), len(plain)])
    most = min(len(worse), len(plain))
    weights = np.repeat([most / max(1, len(worse)), most / max(1, len(plain))], [len(worse), len(plain)])

    def loss(flat: Array) -> tuple[float, Array]:
        margin = inputs @ flat[:-1].astype(np.float32) + flat[-1]
        value = weights @ (np.logaddexp(0, margin) - labels * margin) + ridge / 2 * (flat[:-1] @ flat[:-1])
        error = weights * (expit(margin) - labels)
        pull = error.astype(np.float32) @ inputs + ridge * flat[:-1]
        return float(value), np.append(pull, error.sum()).astype(np.float64)

    optimum = minimize(
        loss, np.zeros(inputs.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": _ITERATIONS}
    )
    return np.asarray(optimum.x[:-1], np.float64)


def limit(plain: Array, words: Array, quantile: float) -> float:
    """The quantile over plain copies, in the band of lengths where it is highest: no length pays for being a length."""
    band = np.digitize(words, BANDS)
    each = [plain[band == b] for b in np.unique(band)]
    return float(
        max(np.quantile(part, quantile) for part in [plain, *(e for e in each if len(e) >= _FEWEST_OF_A_BAND)])
    )


def whitening(inputs: Rows, directions: int) -> Array:
    """[dim, directions]: the main directions of `inputs` (principal components), scaled to deviation 1.

    At most one for ten rows: with about as many as rows every row is equally far, however odd it is.
    """
    centred = (inputs - inputs.mean(0)).astype(np.float64)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(centred))
    count = int(min(directions, max(1, len(inputs) // 10), (variances > 1e-9 * variances[-1]).sum()))
    return np.asarray(axes[:, -count:] / np.sqrt(variances[-count:]))


def distances(inputs: Rows, directions: Array) -> Array:
    """[rows], as `BradleyTerryHeads.distance` computes them."""
    return np.asarray(np.sqrt(np.square(inputs @ directions).mean(1)), dtype=np.float64)


def by_tokens(distance: Array, tokens: NDArray[np.int64]) -> float:
    """The slope of log(distance) by log(1 + tokens): a mean over more tokens is nearer to the mean of all."""
    centred = np.log1p(tokens) - np.log1p(tokens).mean()
    square = float(centred @ centred)
    return float(centred @ np.log(np.maximum(distance, 1e-6))) / square if square else 0.0
