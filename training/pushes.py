"""Measures of a reward on pushes of every length: penalties on plain human copy, and copies that fool it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deployments.reward.model import RewardModel
from deployments.reward.text import log_words, render_copy
from training import lessons, stock
from training.embed import batches
from training.lessons import PushItem

Array = NDArray[np.float64]
SURE: Final = 0.7
BANDS: Final = (3, 10, 20, 30, 40, 65)  # words, from above to as many
_CUT: Final = 4


def measure(model: RewardModel, items: Sequence[PushItem]) -> dict[str, Any] | None:
    """Measure a reward on items that nothing was fitted on; None without items. P: win probability of the worse copy.

    lengths: by words of plain human copy: how many copies, their mean reward less that of their item's shortest copy,
        the mean penalty, the share that pays more than 0.05, and the mean spread.
    fooled: for each kind of worse copy against human ones how many pairs there are, and in which share of them P is
        above 0.5, and at least SURE.
    """
    if not items:
        return None
    table = _Scores(model, sorted(_texts(items)))
    return {"items": len(items), "lengths": _lengths(table, items), "length_slope": _slope(table, items),
            "fooled": {kind: _fooled(table, pairs) for kind, pairs in _pairs(items).items()}}  # fmt: skip


class _Scores:
    """mean, spread and penalty of texts, each once through the serving code."""

    def __init__(self, model: RewardModel, texts: Sequence[str]) -> None:
        self._at = {text: i for i, text in enumerate(texts)}
        self._chance: Callable[..., Array] = _chances(model)
        rows = model.encode(list(texts))
        self._values = np.empty((len(rows), 3))
        for index in batches([row.tokens for row in rows]):
            parts = model.parts([rows[i] for i in index])
            self._values[index] = np.stack([parts.mean, parts.spread, parts.penalties.sum(1)], axis=1)

    def of(self, texts: Sequence[str]) -> Array:
        """[texts, 3]: mean, spread, penalty."""
        return self._values[[self._at[text] for text in texts]].reshape(-1, 3)

    def chances(self, worse: Sequence[str], better: Sequence[str]) -> Array:
        return self._chance(self.of(worse), self.of(better))


def _chances(model: RewardModel) -> Callable[[Array, Array], Array]:
    def win(a: Array, b: Array) -> Array:
        width = np.sqrt(1 + model.calibration.spread_weight * (a[:, 1] ** 2 + b[:, 1] ** 2))
        return np.asarray(1 / (1 + np.exp(-model.calibration.slope * (a[:, 0] - b[:, 0]) / width)), np.float64)

    return win


def _pairs(items: Sequence[PushItem]) -> dict[str, list[tuple[str, str]]]:
    """(worse, better) by kind: stock copy never trained on, cuts, bad copies, against pushes of any length."""
    generic = [render_copy(*copy) for copy in stock.HELD_OUT]
    by_kind: dict[str, list[tuple[str, str]]] = {
        "stock": [],
        "stock against the longest": [],
        "cut": [],
        "said twice": [],
    }
    for number, item in enumerate(items):
        for copy in item.copies:
            by_kind["stock"].append((generic[number % len(generic)], copy))
            by_kind["cut"].append((lessons.cut(copy, _CUT), copy))
            by_kind["said twice"].append((f"{copy} {copy}", copy))
        by_kind["stock against the longest"].append((generic[(number + 7) % len(generic)], item.ladder[-1]))
        for kind, bad in item.bad:
            by_kind.setdefault(kind, []).append((bad, item.copies[0]))
    return by_kind


def _texts(items: Sequence[PushItem]) -> set[str]:
    compared = {text for pairs in _pairs(items).values() for pair in pairs for text in pair}
    return compared | {text for item in items for text in (*item.copies, *item.ladder)}


def _fooled(table: _Scores, pairs: Sequence[tuple[str, str]]) -> dict[str, float | int]:
    chance = table.chances([worse for worse, _ in pairs], [better for _, better in pairs])
    return {"pairs": len(pairs), "above_half": _share(chance > 0.5), "sure": _share(chance >= SURE)}


def _lengths(table: _Scores, items: Sequence[PushItem]) -> list[dict[str, float | int]]:
    texts = [(text, item.ladder[0]) for item in items for text in dict.fromkeys((*item.copies, *item.ladder))]
    words = np.array([np.expm1(log_words(text)) for text, _ in texts])
    values, shortest = table.of([text for text, _ in texts]), table.of([first for _, first in texts])
    bands = []
    for low, high in pairwise(BANDS):
        at = (words > low) & (words <= high)
        if at.any():
            bands.append({
                "words_above": low, "words": high, "copies": int(at.sum()),
                "reward": _rounded((values[at, 0] - shortest[at, 0]).mean()),
                "penalty": _rounded(values[at, 2].mean()), "paying": _share(values[at, 2] > 0.05),
                "spread": _rounded(values[at, 1].mean()),
            })  # fmt: skip
    return bands


def _slope(table: _Scores, items: Sequence[PushItem]) -> float:
    """Reward per unit of log(1 + words) among the copies of a ladder, which say ever more of the same."""
    top = bottom = 0.0
    for item in items:
        words = np.array([log_words(text) for text in item.ladder])
        mean = table.of(item.ladder)[:, 0]
        top += float((words - words.mean()) @ (mean - mean.mean()))
        bottom += float((words - words.mean()) @ (words - words.mean()))
    return _rounded(top / bottom) if bottom else 0.0


def _share(which: NDArray[np.bool_]) -> float:
    return _rounded(which.mean())


def _rounded(value: float | np.floating[Any]) -> float:
    return round(float(value), 4)
