"""Selection replayed on A/B tests whose outcome is known: every copy was shown, so every choice has its click rate.

Pure functions. Each curve is a list of rows for JSON; a measured number is {"value", "interval"}, the interval 95% and
bootstrapped over tests, both null where nothing was there to measure. Nothing here is drawn at random but for that:
random incumbents, candidates and rivals are all enumerated, each with its probability.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deployments.types import Candidate, Reason, Reward, Source, WinCalibration
from serve_app.flow.knobs import SelectionKnobs
from serve_app.flow.select import rank, select, with_scores, with_win_probabilities
from training.evaluate import interval

Array = NDArray[np.float64]
Row = dict[str, Any]


@dataclass(frozen=True)
class Group:
    """The arms of one test that show the same image, two or more. Arrays are [arms].

    rate: clicks per impression. mean, spread: the reward, in logits. length: characters.
    """

    test: int
    rate: Array
    mean: Array
    spread: Array
    length: Array

    def __len__(self) -> int:
        return len(self.rate)

    def copies(self, incumbent: int | None = None) -> list[Candidate]:
        """The arms as selection gets them: one of them the copy to beat, or none."""
        return [
            Candidate(
                id=str(i),
                source=Source.INCUMBENT if i == incumbent else Source.GENERATED,
                reward=reward,
            )
            for i, reward in enumerate(self.rewards)
        ]

    @property
    def wins(self) -> Array:
        """[arms, arms] 1 where the arm of the row was clicked more often than that of the column, 0.5 for a tie."""
        row, column = self.rate[:, None], self.rate[None, :]
        return (row > column) + 0.5 * (row == column)

    @property
    def rewards(self) -> list[Reward]:
        return [Reward(mean=float(m), spread=float(s)) for m, s in zip(self.mean, self.spread, strict=True)]

    def chances(self, calibration: WinCalibration, rivals: Group | None = None) -> Array:
        """[arms, arms of `rivals`] win probabilities, by default over each other: what the model claims of `wins`."""
        others = (rivals or self).rewards
        return np.array([[calibration.win_probability(a, b) for b in others] for a in self.rewards])

    def scores(self, knobs: SelectionKnobs) -> Array:
        return np.array([c.score for c in with_scores(self.copies(), knobs)], np.float64)


def groups_of(table: pd.DataFrame, mean: Array, spread: Array) -> list[Group]:
    """Arms with their rewards ([rows] each) by test and image; lone arms are left out."""
    arms = table.assign(
        test=pd.factorize(table["test_id"])[0],
        rate=table["clicks"] / table["impressions"],
        mean=mean,
        spread=spread,
        length=table["text"].str.len(),
    )
    groups = []
    for _, rows in arms.groupby(["test_id", "image_id"], sort=False):
        if len(rows) > 1:
            columns = (rows[name].to_numpy(np.float64) for name in ("rate", "mean", "spread", "length"))
            groups.append(Group(int(rows["test"].iloc[0]), *columns))
    return groups


def measured(top: Array, bottom: Array, tests: NDArray[np.int64], seed: int, less: float = 0.0) -> Row:
    """sum(top) / sum(bottom) - less; the arrays and `tests` have a row a group."""
    bounds = interval(top, bottom, tests, seed)
    if bounds is None:
        return {"value": None, "interval": None}
    value = float(top.sum() / bottom.sum()) - less
    return {"value": round(value, 4) + 0.0, "interval": [round(bound - less, 4) + 0.0 for bound in bounds]}


def baselines(groups: Sequence[Group], knobs: SelectionKnobs, seed: int = 0) -> list[Row]:
    """Measure the worth of a pick among all arms of a group: at random, by length, by the model, with hindsight.

    The oracle knows the click rates; the best of a few noisy rates is partly luck, so no model reaches it.
    """
    rules = {
        "random arm": [np.full(len(g), 1 / len(g)) for g in groups],
        "longest arm": [_top(g.length) for g in groups],
        "model": [_pick(g, knobs) for g in groups],
        "oracle": [_top(g.rate) for g in groups],
    }
    return [{"pick": name, **_worth(groups, picks, seed)} for name, picks in rules.items()]


def caution_curve(
    groups: Sequence[Group], cautions: Sequence[float], knobs: SelectionKnobs, seed: int = 0
) -> list[Row]:
    """The pick among all arms of a group against caution; `changed`: how often it is another than without caution."""
    tests, ones = _tests(groups), np.ones(len(groups))
    bold = [_pick(g, _careful(knobs, 0.0)) for g in groups]
    rows = []
    for caution in cautions:
        picks = [_pick(g, _careful(knobs, caution)) for g in groups]
        changed = np.array([float((a != b).any()) for a, b in zip(picks, bold, strict=True)])
        rows.append(
            {"caution": caution, **_worth(groups, picks, seed), "changed": measured(changed, ones, tests, seed)}
        )
    return rows


def margin_curve(
    groups: Sequence[Group], margins: Sequence[float], knobs: SelectionKnobs, calibration: WinCalibration, seed: int = 0
) -> list[Row]:
    """A random arm of each group is the incumbent, the others are candidates, and `serve_app.flow.select` chooses.

    replaced: share of incumbents replaced. ctr_gain: click rate of what is sent over the incumbents'.
    ctr_gain_replaced, claimed, observed: where the incumbent was replaced: the gain, the mean win probability of the
    replacement, and how often it did win.
    """
    tests = _tests(groups)
    return [
        _margin_row(margin, [_replay(g, margin, knobs, calibration) for g in groups], tests, seed) for margin in margins
    ]


@dataclass(frozen=True)
class _Replayed:
    """Means over the incumbents of a group; the last four count nothing where the incumbent was kept."""

    reasons: Counter[Reason]
    sent: float
    incumbent: float
    replaced: float
    sent_replaced: float
    incumbent_replaced: float
    claimed: float
    observed: float


def _replay(group: Group, margin: float, knobs: SelectionKnobs, calibration: WinCalibration) -> _Replayed:
    """Every arm of a group once as the incumbent."""
    reasons: Counter[Reason] = Counter()
    chosen, chances = [], []
    for incumbent in range(len(group)):
        copies = with_win_probabilities(with_scores(group.copies(incumbent), knobs), calibration)
        selection = select(copies, margin)
        chosen.append(int(selection.notification.candidate_id) if selection.notification else incumbent)
        chances.append(copies[chosen[-1]].win_probability or 0.0)
        reasons[selection.reason] += 1
    sent, kept = np.array(chosen), np.arange(len(group))
    new = sent != kept
    share = new / len(group)
    return _Replayed(
        reasons,
        sent=float(group.rate[sent].mean()),
        incumbent=float(group.rate.mean()),
        replaced=float(share.sum()),
        sent_replaced=float(share @ group.rate[sent]),
        incumbent_replaced=float(share @ group.rate),
        claimed=float(share @ np.array(chances)),
        observed=float(share @ group.wins[sent, kept]),
    )


def _margin_row(margin: float, replayed: Sequence[_Replayed], tests: NDArray[np.int64], seed: int) -> Row:
    def column(name: str) -> Array:
        return np.array([getattr(r, name) for r in replayed], np.float64)

    replaced = column("replaced")
    reasons = sum((r.reasons for r in replayed), Counter[Reason]())
    return {
        "margin": margin,
        "replaced": measured(replaced, np.ones(len(replayed)), tests, seed),
        "ctr_gain": measured(column("sent"), column("incumbent"), tests, seed, less=1),
        "ctr_gain_replaced": measured(column("sent_replaced"), column("incumbent_replaced"), tests, seed, less=1),
        "claimed": measured(column("claimed"), replaced, tests, seed),
        "observed": measured(column("observed"), replaced, tests, seed),
        "reasons": {reason.value: count for reason, count in sorted(reasons.items())},
    }


def n_curve(
    groups: Sequence[Group], max_n: int, knobs: SelectionKnobs, calibration: WinCalibration, seed: int = 0
) -> list[Row]:
    """The best of n random arms against another random arm of its test, for n of 1 to `max_n`.

    Only groups of more than `max_n` arms, the same ones for every n. claimed: mean win probability over that rival.
    observed: how often the pick did win. over: claimed - observed, over-optimisation when it grows with n.
    ctr_gain: click rate of the pick over the rival's.
    """
    groups = [g for g in groups if len(g) > max_n]
    tests, ones = _tests(groups), np.ones(len(groups))
    fair = np.array([g.rate.mean() for g in groups])
    scores, chances = [g.scores(knobs) for g in groups], [g.chances(calibration) for g in groups]
    rows = []
    for n in range(1, max_n + 1):
        duels = [best_of(score, n) for score in scores]
        claimed = np.array([(d * c).sum() for d, c in zip(duels, chances, strict=True)])
        observed = np.array([(d * g.wins).sum() for d, g in zip(duels, groups, strict=True)])
        rate = np.array([d.sum(1) @ g.rate for d, g in zip(duels, groups, strict=True)])
        rows.append({
            "n": n,
            "groups": len(groups),
            "claimed": measured(claimed, ones, tests, seed),
            "observed": measured(observed, ones, tests, seed),
            "over": measured(claimed - observed, ones, tests, seed),
            "ctr_gain": measured(rate, fair, tests, seed, less=1),
        })  # fmt: skip
    return rows


def best_of(scores: Array, n: int) -> Array:
    """[arms, arms] probability that the row's arm is the best of n random ones, and the column's a random one beside.

    Of m arms in order of score, that of place p (from 0) is the best of n with probability C(m-1-p, n-1) / C(m, n).
    """
    others = len(scores) - 1
    order = np.argsort(-scores, kind="stable")
    by_place = [comb(others - 1 - place, n - 1) / comb(others, n) for place in range(others)]
    chances = np.zeros((len(scores), len(scores)))
    for rival in range(len(scores)):
        chances[order[order != rival], rival] = by_place
    return chances / len(scores)


def _worth(groups: Sequence[Group], picks: Sequence[Array], seed: int) -> Row:
    """ctr_gain: click rate of the pick over the mean arm's. wins: share of its group's other arms that it beat."""
    tests = _tests(groups)
    rate, fair, wins = [], [], []
    for group, pick in zip(groups, picks, strict=True):
        rate.append(pick @ group.rate)
        fair.append(group.rate.mean())
        wins.append(pick @ (group.wins.sum(1) - 0.5) / (len(group) - 1))  # an arm ties with itself
    return {
        "ctr_gain": measured(np.array(rate), np.array(fair), tests, seed, less=1),
        "wins": measured(np.array(wins), np.ones(len(groups)), tests, seed),
    }


def _pick(group: Group, knobs: SelectionKnobs) -> Array:
    """[arms] 1 for the arm that is ranked first, as served."""
    first = rank(with_scores(group.copies(), knobs))[0]
    return np.eye(len(group))[int(first.id)]


def _top(values: Array) -> Array:
    """[arms] probability of being the greatest, shared between equals."""
    best = values == values.max()
    return best / best.sum()


def _careful(knobs: SelectionKnobs, caution: float) -> SelectionKnobs:
    return knobs.model_copy(update={"caution": caution})


def _tests(groups: Sequence[Group]) -> NDArray[np.int64]:
    return np.array([g.test for g in groups], np.int64)
