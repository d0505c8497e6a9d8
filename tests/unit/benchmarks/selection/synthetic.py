"""Groups of arms whose outcomes follow from their utilities in a known way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.selection.replay import Group


def group(rate: Sequence[float], mean: Sequence[float], spread: Sequence[float] | None = None, test: int = 0) -> Group:
    arms = np.asarray(rate, float), np.asarray(mean, float), np.asarray(spread or [0.0] * len(rate), float)
    return Group(test, *arms, np.arange(len(rate), dtype=float))


def bradley_terry(groups: int, arms: int, exaggeration: float = 1.0, seed: int = 0) -> list[Group]:
    """Arm i beats arm j with probability sigmoid(u_i - u_j) exactly; the reward is `exaggeration` x u.

    Of exp(u + Gumbel noise) the greater one is i's with that probability (Luce, 1959).
    """
    rng = np.random.default_rng(seed)
    utility = rng.normal(size=(groups, arms))
    rate = np.exp(utility + rng.gumbel(size=(groups, arms))) / 1e4
    return [group(list(rate[g]), list(exaggeration * utility[g]), test=g) for g in range(groups)]
