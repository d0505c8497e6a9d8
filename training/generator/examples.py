"""Supervised examples for the generator from A/B tests: facts in, the copy that people saw out.

The archive's arms become serving's own words: an Item, a GenerationTask, the serving prompt, and an answer that the
serving grammar accepts. An archive has no title of the item apart from its headlines: the facts are the lede and the
excerpt, less every sentence that gives a headline of the story away, and in other examples one of the story's other
headlines is the title.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd

from deployments.facts import CountTokens, facts
from deployments.generator import prompt, structured
from deployments.generator.settings import GeneratorKnobs
from deployments.router.catalogue import Category
from deployments.types import CategoryPlan, Copy, GenerationTask, Item, LengthProfile, Severity
from serve_app.policy import PolicyContext, PolicySettings, check
from training.clusters import near_duplicates, normalised
from training.generator.answers import Form, forms_of, plain
from training.generator.composed import composed
from training.generator.items import layouts, names_of, readable, tells, words_of
from training.generator.names import support
from training.generator.siblings import openings, repeats
from training.generator.styles import points, style
from training.seen import fingerprint

# Rules that read the copy by itself or against its facts. Recent copies and neighbours are a request's.
CHECKS: Final = ("empty", "length", "finished", "repetition", "markup", "language", "contact", "grounding", "shouting")


@dataclass(frozen=True)
class Plan:
    """What is built: `held_out` folds go to a file of their own, `unsteered` is the share without a category.

    prefer_both: how often a copy that can be both title and body becomes both, and not one of them.
    min_support: share of a copy's longer words that its facts hold; a copy below it tells another story and is dropped.
    composed: how often a copy is made into each of the styles that metadata open, see `training.generator.composed`.
    titles: other headlines of the story that a copy is shown with, each as the item's title in an example of its own.
    title_characters, title_share, body_share: longest title, and shares of a profile's limits, that are drawn where the
    copy has such a form; a small model does not count, and what it writes up to the limit is cut.
    default_profile: drawn as often as `default_share` where a copy fits it; it is what most requests use.
    """

    seed: int = 0
    held_out: tuple[int, ...] = (2, 3)
    unsteered: float = 0.15
    min_support: float = 0.4
    titles: int = 2
    composed: float = 0.1
    prefer_both: float = 0.85
    title_characters: int = 32
    title_share: float = 0.8
    body_share: float = 0.92
    default_profile: str = "default"
    default_share: float = 0.35


@dataclass
class Built:
    """`rows`: one dictionary an example, in a fixed order; `dropped`: copies that became none, by reason."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


def build(
    copies: pd.DataFrame,
    categories: Mapping[str, Category],
    profiles: Mapping[str, LengthProfile],
    count: CountTokens,
    control_words: Sequence[str],
    plan: Plan = Plan(),
    step: Callable[[], None] = lambda: None,
) -> Built:
    """Examples from `copies` (of `evidence.copies`): test_id, text, context, excerpt, cluster, fold, weight.

    `step` is called once a copy. The same seed and file give the same examples.
    """
    built = Built()
    copies, unsaid = readable(_once(copies, built.dropped))
    known = names_of(copies)
    told = {cluster: list(group["text"]) for cluster, group in copies.groupby("cluster")}
    for row in copies.to_dict("records"):
        step()
        # A draw of its own for each copy: leaving one out does not change the others.
        draw = np.random.default_rng([plan.seed, *fingerprint(f"{row['test_id']}\0{row['text']}").encode()])
        others = [text for text in told[row["cluster"]] if text != row["text"]]
        for layout, item in layouts(row, others, unsaid[row["cluster"]], known, draw, plan.titles, plan.min_support):
            category = style(row["text"])
            short = openings([text for text in others if plain(text) not in words_of(item)], known, words_of(item))
            short = [opening for opening in short if not repeats(opening, plain(row["text"]))]
            forms = list(forms_of(row["text"], profiles, known, words_of(item), short))
            reason = unfit(row, item, category, forms, categories)
            form = drawn(forms, draw, plan) if not reason else None
            if form is not None:
                reason = fault(form, item, known.missing(plain(row["text"]), words_of(item)), plan)
            if reason or form is None:
                built.dropped[reason] += 1
                continue
            example = partial(_example, row, categories=categories, count=count, control_words=control_words)
            steered = draw.random() >= plan.unsteered
            built.rows.append(example(category, layout, item, form, steered=steered))
            for extra in composed(form, item, draw, plan.composed):
                if extra.category in categories and not fault(extra.form, extra.item, (), plan):
                    built.rows.append(example(extra.category, "composed", extra.item, extra.form, steered=True))
    return built


def _example(
    row: Mapping[str, Any],
    category: str,
    layout: str,
    item: Item,
    form: Form,
    *,
    steered: bool,
    categories: Mapping[str, Category],
    count: CountTokens,
    control_words: Sequence[str],
) -> dict[str, Any]:
    """One row: the serving prompt, the answer, and what is known of both."""
    instruction = categories[category].instruction if steered else ""
    chosen = CategoryPlan(category=category if steered else "", instruction=instruction)
    messages, shown = asked(item, chosen, form, count, control_words)
    held, words = support(f"{form.title} {form.body}", shown)
    return {
        "messages": messages,
        "answer": form.answer,
        "category": chosen.category,
        "style": category,
        "style_points": points(row["text"]).get(category, 0.0),
        "weight": round(float(row["weight"]), 4),
        "support": round(held / words, 3) if words else 1.0,
        "cluster": str(row["cluster"]),
        "fold": int(row["fold"]),
        "profile": form.profile.length_profile,
        "fields": [structured.FIELD_NAMES[f] for f in form.fields],
        "facts": layout,
        "test": fingerprint(row["test_id"]),
        "source": "composed" if layout == "composed" else "archive",
    }


def asked(
    item: Item, chosen: CategoryPlan, form: Form, count: CountTokens, control_words: Sequence[str]
) -> tuple[list[dict[str, str]], str]:
    """The serving prompt for an answer of this form, and the facts in it."""
    task = GenerationTask(
        item=item, caption="", plan=(chosen,), candidates_per_category=1, profile=form.profile,
        output_fields=form.fields,
    )  # fmt: skip
    shown = facts(item, "", GeneratorKnobs().max_facts_tokens, count, control_words)
    return [{"role": m.role, "content": m.text} for m in prompt.messages(task, chosen, shown)], shown


def _once(copies: pd.DataFrame, dropped: Counter[str]) -> pd.DataFrame:
    """Each copy once and no near-duplicate of another: of those that are alike the one with the best evidence."""
    copies = copies.sort_values(["weight", "test_id", "text"], ascending=[False, True, True], kind="stable")
    normal = normalised(copies["text"])
    repeated = normal.duplicated() | (normal == "")
    dropped["the same copy again"] += int(repeated.sum())
    copies, normal = copies[~repeated].reset_index(drop=True), normal[~repeated]
    out: set[int] = set()
    for better, worse in near_duplicates(normal).T.tolist() if len(copies) else []:
        if better not in out:
            out.add(worse)
    dropped["nearly the same copy"] += len(out)
    return copies.drop(index=sorted(out)).reset_index(drop=True)


def unfit(
    row: Mapping[str, Any], item: Item, category: str, forms: Sequence[Form], categories: Mapping[str, Category]
) -> str:
    """Why the copy cannot be an example, before anything is drawn; empty when it can."""
    if row["worse"]:
        return "did clearly worse than its test"
    if not tells(item):
        return "no facts"
    if not category:
        return "shows no style"
    if category not in categories:
        return "style not in the catalogue"
    return "" if forms else "fits no profile or has characters that the grammar bars"


def drawn(forms: Sequence[Form], draw: np.random.Generator, plan: Plan) -> Form:
    """Title and body where the copy can be both, mostly; then a profile, the default one more often."""
    forms = [form for form in forms if _is_short(form, plan)] or forms
    both = [form for form in forms if len(form.fields) == 2]
    single = [form for form in forms if len(form.fields) == 1]
    forms = both if both and (not single or draw.random() < plan.prefer_both) else single
    default = [form for form in forms if form.profile.length_profile == plan.default_profile]
    if default and draw.random() < plan.default_share:
        forms = default
    names = sorted({form.profile.length_profile for form in forms})
    name = names[draw.integers(len(names))]
    forms = [form for form in forms if form.profile.length_profile == name]
    return forms[draw.integers(len(forms))]


def _is_short(form: Form, plan: Plan) -> bool:
    title, body = form.profile.max_title * plan.title_share, form.profile.max_body * plan.body_share
    return len(form.title) <= min(title, plan.title_characters) and len(form.body) <= body


def fault(form: Form, item: Item, missing_names: Sequence[str], plan: Plan) -> str:
    """The first thing that serving would hold against the copy: any finding on grounding, what blocks otherwise."""
    context = PolicyContext(item=item, caption="", profile=form.profile, output_fields=form.fields)
    for finding in check(Copy(title=form.title, body=form.body), context, PolicySettings(), CHECKS):
        if finding.rule == "grounding" or finding.severity is Severity.BLOCK:
            return f"policy: {finding.code}"
    if missing_names:
        return "a name that the facts do not hold"
    held, words = support(f"{form.title} {form.body}", context.facts)
    return "too few words of the facts" if held < plan.min_support * words else ""
