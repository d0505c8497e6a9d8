"""The quality of a fit measure on unseen items, by kind of bad copy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import rankdata

from deployments.item_text import facts_of
from deployments.reward.fit import FitModel, wording_of
from deployments.reward.model import RewardModel
from deployments.reward.text import render_copy
from deployments.types import Copy
from training.fitness.lessons import Lesson, make, plain
from training.fitness.worse import WAYS
from training.writer.corpus import Entry

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]
Scorer = Callable[[Entry, Sequence[Copy]], tuple[Floats, Floats]]
SURE: Final = 0.7
_DRAWS: Final = 2
_LIKE_LENGTH: Final = 2
_RESAMPLES: Final = 500


@dataclass(frozen=True)
class Judgements:
    """The output of the model for each lesson: arrays of [lessons], the item each is of, and its length in words.

    wording: see `Facts.wording`; 0 for a model that reads no facts.
    """

    logits: Array
    wording: Array
    fit: Array
    kinds: NDArray[np.str_]
    items: NDArray[np.int64]
    words: NDArray[np.int64]


def lessons_of(entry: Entry, others: Sequence[Entry], draw: np.random.Generator, draws: int = _DRAWS) -> list[Lesson]:
    """The item's copies, its copies made worse in every way, and its own words as a long copy."""
    lessons = [Lesson(c, 1.0, "good") for c in entry.copies]
    lessons += [Lesson(b, 0.0, b.kind) for b in entry.bad]
    lessons += [Lesson(j, j.fit, "marked") for j in entry.judged]
    for kind in WAYS:
        made = [make(entry, others, kind, draw) for _ in range(draws)]
        lessons += [lesson for lesson in made if lesson is not None]
    for sentences in (1, 3):
        if copy := plain(entry, sentences):
            lessons.append(Lesson(copy, 1.0, f"title_and_{sentences}"))
    return lessons


def by_fit(model: FitModel) -> Scorer:
    """Score copies as serving does, before calibration."""

    def score(entry: Entry, copies: Sequence[Copy]) -> tuple[Floats, Floats]:
        rows = model.encode(model.facts(facts_of(entry.item, "")), copies)
        return np.concatenate([model.logits([row]) for row in rows]), wording_of(rows)

    return score


def by_reward(model: RewardModel) -> Scorer:
    """The mean reward of each copy."""

    def score(_entry: Entry, copies: Sequence[Copy]) -> tuple[Floats, Floats]:
        means = model.forward(model.encode([render_copy(c.title, c.body) for c in copies]))[:, 0]
        return means, np.zeros_like(means)

    return score


def judge(score: Scorer, entries: Sequence[Entry], seed: int = 0) -> Judgements:
    """Every lesson of the entries, judged."""
    logits, wording, fit, kinds, items, words = [], [], [], [], [], []
    for number, entry in enumerate(entries):
        lessons = lessons_of(entry, entries, np.random.default_rng([seed, number]))
        scores, wordings = score(entry, [Copy(title=f.copy.title, body=f.copy.body) for f in lessons])
        logits.append(scores)
        wording.append(wordings)
        fit += [f.fit for f in lessons]
        kinds += [f.kind for f in lessons]
        items += [number] * len(lessons)
        words += [len(f"{f.copy.title} {f.copy.body}".split()) for f in lessons]
    all_scores, all_wordings = (np.concatenate(part).astype(float) for part in (logits, wording))
    return Judgements(all_scores, all_wordings, np.array(fit), np.array(kinds), np.array(items), np.array(words))


HUMAN: Final = ("wrong_fact", "misread", "invented", "empty", "off_tone", "broken", "other")


def report(judged: Judgements, z: Array, seed: int = 0) -> dict[str, Any]:
    """AUC, and how often a bad copy is called at least even with the good copies of its item, with 95% intervals.

    z: calibrated logits. sure: of all those pairs, how often the bad one is called better with a probability of at
    least 0.7, by the difference of calibrated logits.
    """
    groups: dict[str, Mask] = {kind: judged.kinds == kind for kind in (*HUMAN, *WAYS) if (judged.kinds == kind).any()}
    groups["written_bad"] = np.isin(judged.kinds, HUMAN)
    groups["made_worse"] = np.isin(judged.kinds, list(WAYS))
    kinds = {}
    for name, mask in groups.items():
        pairs = _pairs(judged, z, mask)
        if len(pairs):
            kinds[name] = {
                "copies": int(mask.sum()), "auc": _interval(judged, z, mask, seed),
                "fooled": _shares(pairs, lambda d: d >= 0, seed),
                "sure_and_wrong": _shares(pairs, lambda d: d >= np.log(SURE / (1 - SURE)), seed),
            }  # fmt: skip
    numbers: dict[str, Any] = {"items": len(np.unique(judged.items)), "kinds": kinds, "length": _length(judged, z)}
    chances = expit(z)
    numbers["passed_at_half"] = {
        str(kind): round(float((chances[judged.kinds == kind] >= 0.5).mean()), 3) for kind in np.unique(judged.kinds)
    }
    marked = judged.kinds == "marked"
    if marked.any():
        numbers["marks"] = _marks(judged, z, marked, seed)
    return numbers


def _length(judged: Judgements, z: Array) -> dict[str, float | None]:
    """Measure the effect of length: of two good copies of an item the longer should win half the time.

    longer_good_above: of all such pairs. written_bad_auc: what length alone would reach. like_length_fooled: as
    `fooled`, of bad copies written by people and good ones that differ by two words at most.
    """
    above, fooled = [], []
    good, bad = judged.kinds == "good", np.isin(judged.kinds, HUMAN)
    for item in np.unique(judged.items):
        mine = judged.items == item
        for better in np.flatnonzero(mine & good):
            shorter = np.flatnonzero(mine & good & (judged.words < judged.words[better]))
            above += [z[better] > z[other] for other in shorter]
            near = mine & bad & (np.abs(judged.words - judged.words[better]) <= _LIKE_LENGTH)
            fooled += [z[other] >= z[better] for other in np.flatnonzero(near)]
    words = judged.words.astype(float)
    return {
        "longer_good_above": _share(above), "like_length_fooled": _share(fooled),
        "written_bad_auc": round(auc(words[good], words[bad]), 3) if good.any() and bad.any() else None,
    }  # fmt: skip


def _share(holds: Sequence[Any]) -> float | None:
    return round(float(np.mean(holds)), 3) if holds else None


def auc(good: Array, bad: Array) -> float:
    """Probability that a good copy ranks above a bad one; ties count half."""
    ranks = rankdata(np.concatenate([good, bad]))[: len(good)]
    return float((ranks.sum() - len(good) * (len(good) + 1) / 2) / (len(good) * len(bad)))


def _interval(judged: Judgements, z: Array, bad: Mask, seed: int, good: Mask | None = None) -> list[float]:
    """AUC with its bootstrap interval over items."""
    good = judged.kinds == "good" if good is None else good
    both = [(z[(judged.items == i) & good], z[(judged.items == i) & bad]) for i in np.unique(judged.items)]
    draw = np.random.default_rng(seed)
    values = [_auc_of(both)]
    for _ in range(_RESAMPLES):
        values.append(_auc_of([both[i] for i in draw.integers(0, len(both), len(both))]))
    return _rounded(values)


def _auc_of(both: Sequence[tuple[Array, Array]]) -> float:
    good, bad = (np.concatenate(part) for part in zip(*both, strict=True))
    return auc(good, bad) if len(good) and len(bad) else float("nan")


def _pairs(judged: Judgements, z: Array, bad: Mask) -> dict[int, Array]:
    """By item: how far each bad copy lies above each good one."""
    differences: dict[int, Array] = defaultdict(lambda: np.empty(0))
    for item in np.unique(judged.items[bad]):
        mine = judged.items == item
        goods, bads = z[mine & (judged.kinds == "good")], z[mine & bad]
        if len(goods):
            differences[int(item)] = (bads[:, None] - goods[None, :]).ravel()
    return differences


def _shares(pairs: dict[int, Array], holds: Callable[[Array], Mask], seed: int) -> list[float]:
    groups = [holds(differences).astype(float) for differences in pairs.values()]
    draw = np.random.default_rng(seed)
    values = [float(np.concatenate(groups).mean())]
    for _ in range(_RESAMPLES):
        values.append(float(np.concatenate([groups[i] for i in draw.integers(0, len(groups), len(groups))]).mean()))
    return _rounded(values)


def _marks(judged: Judgements, z: Array, marked: Mask, seed: int) -> dict[str, Any]:
    """Against readers: copies of models that most readers would send, and the others."""
    fit, unfit = marked & (judged.fit > 0.5), marked & (judged.fit < 0.5)
    chances, was = expit(z[marked]), judged.fit[marked]
    bins = np.clip((chances * 5).astype(int), 0, 4)
    return {
        "copies": int(marked.sum()), "fit_share": round(float((was > 0.5).mean()), 3),
        "auc": _interval(judged, z, unfit, seed, fit) if fit.any() and unfit.any() else None,
        "brier": round(float(((chances - was) ** 2).mean()), 4),
        "reliability": [
            {
                "said": round(float(chances[of].mean()), 3), "was": round(float(was[of].mean()), 3),
                "copies": int(of.sum()),
            }
            for of in (bins == b for b in range(5)) if of.any()
        ],
    }  # fmt: skip


def _rounded(values: Sequence[float]) -> list[float]:
    """The value, and its interval from the resamples behind it."""
    low, high = np.nanpercentile(values[1:], [2.5, 97.5])
    return [round(float(v), 3) for v in (values[0], low, high)]
