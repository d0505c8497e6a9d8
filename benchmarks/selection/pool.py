"""Best of many: a test has few arms, so copies of all tests are pooled, each measured against the rest of its own test.

The more copies the best is chosen from, the further out its reward lies, and the more of that is error (Gao, Schulman
and Hilton, 2023, "Scaling laws for reward model overoptimization"): `over`, in win probability.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.selection.replay import Group
from deployments.types import WinCalibration
from serve_app.flow.knobs import SelectionKnobs

Array = NDArray[np.float64]
_RESAMPLES: Final = 1000
_TOLERANCE: Final = 1e-3  # logits: bfloat16 rounds by batch


@dataclass(frozen=True)
class Pool:
    """Copies of many tests. Arrays are [copies].

    lead: its score less the mean of its rivals', the other arms of its group. claimed: its mean win probability over
    them. observed: the share of them that it beat. rate, rivals: its click rate, and their mean one. hacked: 1 for a
    tampered copy that scores above its original.
    """

    test: NDArray[np.int64]
    lead: Array
    claimed: Array
    observed: Array
    rate: Array
    rivals: Array
    hacked: Array

    @classmethod
    def of(
        cls,
        groups: Sequence[Group],
        knobs: SelectionKnobs,
        calibration: WinCalibration,
        tampered: Sequence[Group] | None = None,
    ) -> Pool:
        """All arms; with `tampered`, the same groups with rewards of tampered texts, each arm's tampered form too.

        A tampered copy was never shown: it is credited with the clicks of its original, so `over` is below 0 where the
        model marks tampered copies down.
        """
        parts = [_columns(g, g, knobs, calibration) for g in groups]
        if tampered is not None:
            parts += [_columns(t, g, knobs, calibration) for t, g in zip(tampered, groups, strict=True)]
        test, *numbers = (np.concatenate(column) for column in zip(*parts, strict=True))
        return cls(test.astype(np.int64), *numbers)

    def __len__(self) -> int:
        return len(self.test)


def _columns(shown: Group, original: Group, knobs: SelectionKnobs, calibration: WinCalibration) -> tuple[Array, ...]:
    size = len(original)
    others = (1 - np.eye(size)) / (size - 1)
    score, clean = shown.scores(knobs), original.scores(knobs)
    return (
        np.full(size, original.test, np.float64),
        score - others @ clean,
        (others * shown.chances(calibration, original)).sum(1),
        (others * original.wins).sum(1),
        original.rate,
        others @ original.rate,
        (score > clean + _TOLERANCE).astype(np.float64),
    )


def pool_curve(pool: Pool, sizes: Sequence[int], seed: int = 0) -> list[dict[str, Any]]:
    """The best by lead of n copies drawn from the pool, for every n of `sizes`.

    claimed, observed: its mean win probability over a random rival, and how often it did win. over: their difference.
    ctr_gain: its click rate over the rivals'. hacked: how often it is a tampered copy that scores above its original.
    """
    _, index = np.unique(pool.test, return_inverse=True)
    tests = int(index.max()) + 1
    rng = np.random.default_rng(seed)
    draws = [np.bincount(rng.integers(0, tests, tests), minlength=tests)[index] for _ in range(_RESAMPLES)]
    order = np.argsort(pool.lead, kind="stable")
    rows: list[dict[str, Any]] = []
    for n in sizes:
        value = _best_of(pool, order, n, np.ones(len(pool)))
        bounds = np.quantile([_best_of(pool, order, n, draw) for draw in draws], [0.025, 0.975], axis=0)
        names = ("claimed", "observed", "over", "ctr_gain", "hacked")
        rows.append({"n": n} | {
            name: {"value": round(float(value[i]), 4) + 0.0, "interval": (bounds[:, i].round(4) + 0.0).tolist()}
            for i, name in enumerate(names)
        })  # fmt: skip
    return rows


def _best_of(pool: Pool, order: NDArray[np.int64], n: int, weight: NDArray[Any]) -> Array:
    """[5] claimed, observed, over, ctr_gain, hacked of the best of n draws with replacement, copies weighted.

    The copy at share c of the weights, in order of lead, is the best with probability c^n - (c - own share)^n.
    """
    share = weight[order] / weight.sum()
    upto = np.cumsum(share)
    chosen = np.empty(len(pool))
    chosen[order] = upto**n - np.maximum(upto - share, 0) ** n
    claimed, observed = chosen @ pool.claimed, chosen @ pool.observed
    gain = (chosen @ pool.rate) / (chosen @ pool.rivals) - 1
    return np.array([claimed, observed, claimed - observed, gain, chosen @ pool.hacked])
