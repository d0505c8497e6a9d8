"""From logits to the probability that a reader would send a copy, on items that the network did not see."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from scipy.optimize import minimize

from training.fitness.measure import HUMAN, Array, Judgements, Mask, auc

_CEILINGS: Final = (0.25, 0.5, 0.75, 1.0)
"""Quantiles of the good copies' logits."""
_WORDINGS: Final = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
_WRITTEN: Final = 3.0
"""The weight of the order of written copies, beside 1 for that of marked ones: a foreign or broken copy is worse than a
clumsy one."""
_FOLDS: Final = 5


@dataclass(frozen=True)
class Calibration:
    """The numbers of FitConfig."""

    ceiling: float = 20.0
    wording: float = 0.0
    slope: float = 1.0
    shift: float = 0.0

    def logits(self, judged: Judgements) -> Array:
        """[lessons] calibrated."""
        return self.slope * _judged(judged, self.ceiling, self.wording) + self.shift


def fit(judged: Judgements, use: Mask | None = None) -> Calibration:
    """Calibrate on lessons of `use`, all of them by default.

    Good copies, copies written as bad and copies of models that readers marked weigh the same: on marks alone it would
    not know what people write, without them not what models write. Ceiling and wording are those of a few that order
    the written and the marked copies best, by the weighted sum of both AUCs; without marks there are none.
    """
    use = np.ones(len(judged.fit), bool) if use is None else use
    good, bad = use & (judged.kinds == "good"), use & np.isin(judged.kinds, HUMAN)
    marked = use & (judged.kinds == "marked")
    sent, unsent = marked & (judged.fit > 0.5), marked & (judged.fit < 0.5)
    ceiling, wording = 20.0, 0.0
    if sent.any() and unsent.any():

        def worth(numbers: tuple[float, float]) -> float:
            z = _judged(judged, *numbers)
            return _WRITTEN * auc(z[good], z[bad]) + auc(z[sent], z[unsent])

        ceilings = [float(np.quantile(judged.logits[good], q)) for q in _CEILINGS]
        ceiling, wording = max(product(ceilings, _WORDINGS), key=worth)
    slope, shift = _platt(_judged(judged, ceiling, wording), judged.fit, [good, bad, marked])
    return Calibration(*(round(value, 4) for value in (ceiling, wording, slope, shift)))


def left_out(judged: Judgements) -> Array:
    """[lessons] calibrated, each item's by a calibration that did not see it."""
    z = np.zeros(len(judged.fit))
    for fold in range(_FOLDS):
        mine = judged.items % _FOLDS == fold
        if mine.any():
            z[mine] = fit(judged, ~mine).logits(judged)[mine]
    return z


def _judged(judged: Judgements, ceiling: float, wording: float) -> Array:
    return np.minimum(judged.logits, ceiling) + wording * judged.wording


def _platt(x: Array, fit: Array, groups: list[Mask]) -> tuple[float, float]:
    """Slope and shift by maximum likelihood, each group of the same weight (Platt, 1999)."""
    x, y = (np.concatenate([values[group] for group in groups]) for values in (x, fit))
    weights = np.concatenate([np.full(int(group.sum()), 1 / max(1, int(group.sum()))) for group in groups])

    def loss(parameters: Array) -> float:
        z = np.exp(parameters[0]) * x + parameters[1]
        return float((weights * (np.logaddexp(0, z) - y * z)).sum() / weights.sum())

    log_slope, shift = minimize(loss, np.zeros(2), method="Nelder-Mead").x
    return float(np.exp(log_slope)), float(shift)
