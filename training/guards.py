"""What keeps copies unlike the training copies from winning, each measured on folds that it was not fitted on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.pairs import Pairs

Array = NDArray[np.float64]
Rows = NDArray[np.float32]


@dataclass(frozen=True)
class Guard:
    """`weights` of the whole training set, and `left_out` [arms]: each training copy by weights of the other folds."""

    weights: Array
    left_out: Array


def crossfitted(
    train: Pairs, arms: int, fit: Callable[[NDArray[np.int64]], Array], apply: Callable[..., Array]
) -> Guard:
    """fit: training rows to weights; apply(weights, rows): a number for each row."""
    known = np.unique(np.concatenate([train.a, train.b]))
    left_out = np.zeros(arms)
    for fold in np.unique(train.fold):
        mine = train.where(train.fold == fold)
        rows = np.unique(np.concatenate([mine.a, mine.b]))
        left_out[rows] = apply(fit(np.setdiff1d(known, rows)), rows)
    return Guard(fit(known), left_out)


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
