"""Computes, from copies that readers marked, what would have been sent had there been fewer of them. Pure.

Nothing is drawn at random. A step keeps the first categories of the router's plan, and every choice of drafts in them
counts the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deployments.types import Candidate, Item, Options, Source
from serve_app.contract.messages import GenerateNotificationRequest
from serve_app.flow.knobs import IngressKnobs, SelectionKnobs
from serve_app.flow.select import select, with_scores
from serve_app.flow.work import of_generation

Pool = Mapping[str, Sequence[Candidate]]
"""The marked candidates of an item by category, in the order of the router's plan."""


@dataclass(frozen=True)
class Step:
    """At most so many categories of an item, and so many drafts in each."""

    categories: int
    candidates: int

    @property
    def units(self) -> float:
        """The work of a request without pictures, as the gate counts it."""
        options = Options(max_categories=self.categories, candidates_per_category=self.candidates)
        return of_generation(GenerateNotificationRequest(item=Item(title="x"), options=options), IngressKnobs()).units


def row(
    step: Step, whole: Step, pools: Sequence[Pool], good: Mapping[str, float], knobs: SelectionKnobs
) -> dict[str, Any]:
    """What is sent on a step, over all items. good: 1 by the id of a candidate that is fit.

    capacity: requests for the work of one that is whole. sent: the share of items of which anything passes the fit
    gate. fit: the share of which a fit copy is sent. reward: the mean reward of what is sent, in logits.
    """
    sent = fit = reward = 0.0
    for pool in pools:
        choices = list(_choices(pool, step))
        for choice in choices:
            chosen = _sent(choice, knobs)
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
    kept = [pool[name] for name in list(pool)[: step.categories]]
    drafts = (itertools.combinations(each, min(step.candidates, len(each))) for each in kept)
    for drawn in itertools.product(*drafts):
        yield list(itertools.chain.from_iterable(drawn))


def _sent(choice: Sequence[Candidate], knobs: SelectionKnobs) -> Candidate | None:
    """Return what selection sends of these, with nothing to beat."""
    passed = [c for c in choice if c.fit is not None and c.fit >= knobs.fit.minimum]
    selection = select(with_scores(passed, knobs), knobs.margin)
    return selection.ranked[0] if passed and selection.source is Source.GENERATED else None


def held(rows: Sequence[Mapping[str, Any]], ladder: Sequence[Step], capacity: float, key: str) -> float | None:
    """The share of a number that is lost while demand is so many times what a whole request allows.

    The ladder goes up step by step until the gate is no longer full, so the first step that reaches the capacity is in
    force, whether or not a later one loses less. None where no step reaches it.
    """
    by_step = {(each["categories"], each["candidates"]): each for each in rows}
    whole = rows[0][key]
    for step in ladder:
        each = by_step[step.categories, step.candidates]
        if each["capacity"] >= capacity:
            return round(1 - (each[key] or 0.0) / whole, 4) if whole else None
    return None
