"""Preference pairs for the generator from A/B tests: two answers to one prompt, of which readers chose one.

Both copies come from one test with the same facts, and are written in one form, as the grammar of serving does. The
chosen one must hold up as an example does; the rejected one need only be writable, so that what it makes up, too, is
unlearnt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from deployments.facts import CountTokens
from deployments.generator import structured
from deployments.router.catalogue import Category
from deployments.types import CategoryPlan, Item, LengthProfile, OutputField
from training.clusters import normalised
from training.generator.answers import Form, forms_of, plain
from training.generator.examples import Plan, asked, drawn, fault, unfit
from training.generator.items import item_of, readable, words_of
from training.generator.names import Names, in_sentence_case
from training.generator.styles import follows, style
from training.seen import fingerprint

# Least difference of the two weights, each 2 P(better than its test). One copy is above 1 and the other below, so that
# copies without evidence, at 1, are in no pair: 1.0 is a probability of 0.75 against 0.25, or further apart.
MIN_GAP: Final = 1.0
_STORY: Final = ["test_id", "cluster", "context", "excerpt"]  # copies shown with the same words beside them


@dataclass
class Pairs:
    """`rows`: one dictionary a pair, in a fixed order; `dropped`: better copies that are in no pair, by reason."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


def pairs(
    copies: pd.DataFrame,
    categories: Mapping[str, Category],
    profiles: Mapping[str, LengthProfile],
    count: CountTokens,
    control_words: Sequence[str],
    plan: Plan = Plan(),
    step: Callable[[], None] = lambda: None,
) -> Pairs:
    """Pairs from `copies` (of `evidence.copies`), each copy of a test in one at most.

    `step` is called once a copy. The same seed and file give the same pairs. Two copies that several tests compared are
    one pair, as the widest gap has it.
    """
    copies, unsaid = readable(copies)
    copies = copies.assign(normal=normalised(copies["text"])).sort_values(["test_id", "text"], kind="stable")
    known = Names([*copies["context"].unique(), *copies["excerpt"].unique(), *filter(in_sentence_case, copies["text"])])
    built = Pairs()
    found: dict[frozenset[str], _Match] = {}
    for _, group in copies.groupby(_STORY):
        rows = group.to_dict("records")
        draw = np.random.default_rng([plan.seed, *fingerprint(rows[0]["test_id"]).encode()])
        _, item = item_of(rows[0]["context"], rows[0]["excerpt"], unsaid[rows[0]["cluster"]], draw)
        for match in _matches(rows, item, categories, profiles, known, plan, built.dropped):
            both = frozenset((match.better["normal"], match.worse["normal"]))
            built.dropped["the same pair again"] += both in found
            found[both] = max(found.get(both, match), match, key=lambda match: match.gap)
        for _ in rows:
            step()
    built.rows = [_row(match, categories, count, control_words) for match in found.values()]
    return built


class _Match(NamedTuple):
    """Two copies of one test, and the forms in which both answer the same prompt."""

    better: Mapping[str, Any]
    worse: Mapping[str, Any]
    chosen: Form
    rejected: Form
    item: Item

    @property
    def gap(self) -> float:
        return float(self.better["weight"] - self.worse["weight"])


def _matches(
    rows: Sequence[Mapping[str, Any]],
    item: Item,
    categories: Mapping[str, Category],
    profiles: Mapping[str, LengthProfile],
    known: Names,
    plan: Plan,
    dropped: Counter[str],
) -> Iterator[_Match]:
    """From the best copy of a test on, each with the worst that is left and can be written in a form of its own."""
    ranked = sorted(rows, key=lambda row: row["weight"])
    losers = [row for row in ranked if row["weight"] < 1]
    for better in reversed(ranked):
        apart = [row for row in losers if better["weight"] > 1 and better["weight"] - row["weight"] >= MIN_GAP]
        if not apart:
            return
        draw = np.random.default_rng([plan.seed, *fingerprint(f"{better['test_id']}\0{better['text']}").encode()])
        forms = list(forms_of(better["text"], profiles, known, words_of(item)))
        reason = unfit(better, item, style(better["text"]), forms, categories)
        for worse in apart if not reason else ():
            others = _by_shape(forms_of(worse["text"], profiles, known, words_of(item)))
            shared = [form for form in forms if _shape(form) in others]
            if not shared or better["normal"] == worse["normal"]:
                continue
            chosen = drawn(shared, draw, plan)
            reason = fault(chosen, item, known.missing(plain(better["text"]), words_of(item)), plan)
            if not reason:
                likewise = others[_shape(chosen)]
                losers.remove(worse)
                yield _Match(better, worse, chosen, likewise[draw.integers(len(likewise))], item)
            break
        else:
            reason = reason or "no worse copy fits a profile that it fits"
        if reason:
            dropped[reason] += 1


def _shape(form: Form) -> tuple[str, tuple[OutputField, ...]]:
    """What the prompt asks of an answer."""
    return form.profile.length_profile, form.fields


def _by_shape(forms: Iterable[Form]) -> dict[tuple[str, tuple[OutputField, ...]], list[Form]]:
    found: dict[tuple[str, tuple[OutputField, ...]], list[Form]] = {}
    for form in forms:
        found.setdefault(_shape(form), []).append(form)
    return found


def _row(
    match: _Match, categories: Mapping[str, Category], count: CountTokens, control_words: Sequence[str]
) -> dict[str, Any]:
    """The pair as `prefer` reads it. The prompt names the style of the chosen copy where the rejected one shows it,
    too, and else none: the pair shall teach which copy is better, and not to leave a style that was asked for.
    """
    category = style(match.better["text"])
    category = category if follows(match.worse["text"], category) else ""
    steer = CategoryPlan(category=category, instruction=categories[category].instruction if category else "")
    messages, _ = asked(match.item, steer, match.chosen, count, control_words)
    return {
        "messages": messages,
        "chosen": match.chosen.answer,
        "rejected": match.rejected.answer,
        "category": category,
        "gap": round(match.gap, 4),
        "cluster": str(match.better["cluster"]),
        "fold": int(match.better["fold"]),
        "profile": match.chosen.profile.length_profile,
        "fields": [structured.FIELD_NAMES[f] for f in match.chosen.fields],
    }


def counts(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a report says of pairs. The lengths show whether readers, and so the tuned model, prefer longer answers."""

    def length(key: str) -> float | None:
        return round(float(np.mean([len(row[key]) for row in rows])), 1) if rows else None

    return {
        "pairs": len(rows),
        "clusters": len({row["cluster"] for row in rows}),
        "unsteered": sum(not row["category"] for row in rows),
        "fields": dict(Counter("+".join(row["fields"]) for row in rows).most_common()),
        "mean_characters": {"chosen": length("chosen"), "rejected": length("rejected")},
    }
