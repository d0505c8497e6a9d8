"""Computes, from copies that readers marked, what would have been sent had there been fewer of them. Pure.

Nothing is drawn at random: every choice of categories, and of a draft in each, counts the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deployments.types import Candidate, Source
from serve_app.flow.knobs import SelectionKnobs
from serve_app.flow.select import select, with_scores

Pool = Mapping[str, Sequence[Candidate]]
"""The marked candidates of an item by category."""


@dataclass(frozen=True)
class Step:
    """At most so many categories of an item, and so many drafts in each."""

    categories: int
    candidates: int

    @property
    def units(self) -> float:
        """The work of a request, in candidates, as the gate counts it (`serve_app/flow/work.py`)."""
        return 1.0 + self.categories * self.candidates


def row(step: Step, whole: Step, pools: Sequence[Pool], good: Mapping[str, float]) -> dict[str, Any]:
    """What is sent on a step, over all items. good: 1 by the id of a candidate that is fit.

    capacity: requests for the work of one that is whole. sent: the share of items of which anything passes the fit
    gate. fit: the share of which a fit copy is sent. reward: the mean reward of what is sent, in logits.
    """
    sent = fit = reward = 0.0
    for pool in pools:
        choices = list(_choices(pool, step))
        for choice in choices:
            chosen = _sent(choice)
            if chosen is not None and chosen.reward is not None:
                sent += 1 / len(choices)
                fit += good[chosen.id] / len(choices)
                reward += chosen.reward.mean / len(choices)
    return {
        "categories": step.categories, "candidates": step.candidates,
        "capacity": round(whole.units / step.units, 2),
        "sent": round(sent / len(pools), 4), "fit": round(fit / len(pools), 4),
        "fit_of_sent": round(fit / sent, 4) if sent else None,
        "reward": round(reward / sent, 4) if sent else None,
    }  # fmt: skip


def _choices(pool: Pool, step: Step) -> Iterator[list[Candidate]]:
    for names in itertools.combinations(pool, min(step.categories, len(pool))):
        drafts = (itertools.combinations(pool[n], min(step.candidates, len(pool[n]))) for n in names)
        for drawn in itertools.product(*drafts):
            yield list(itertools.chain.from_iterable(drawn))


def _sent(choice: Sequence[Candidate]) -> Candidate | None:
    """What selection sends of these, with the knobs' defaults and nothing to beat."""
    knobs = SelectionKnobs()
    passed = [c for c in choice if c.fit is not None and c.fit >= knobs.fit.minimum]
    selection = select(with_scores(passed, knobs), knobs.margin)
    return selection.ranked[0] if passed and selection.source is Source.GENERATED else None


def held(rows: Sequence[Mapping[str, Any]], capacity: float, key: str) -> float | None:
    """The least share of a number that is lost at this capacity or above it; None where no step reaches it."""
    whole = rows[0][key]
    reached = [each[key] for each in rows if each["capacity"] >= capacity and each[key] is not None]
    return round(1 - max(reached) / whole, 4) if whole and reached else None
