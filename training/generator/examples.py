"""Supervised examples for the generator from A/B tests: facts in, the copy that people saw out.

The archive's arms become serving's own words: an Item, a GenerationTask, the serving prompt, and an answer that the
serving grammar accepts. An archive has no title of the item apart from its headlines, and a headline is the answer: the
facts are the lede and the excerpt alone, less every sentence that gives a headline of the story away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from deployments.facts import CountTokens, facts
from deployments.generator import prompt, structured
from deployments.generator.settings import GeneratorKnobs
from deployments.router.catalogue import Category
from deployments.types import CategoryPlan, Copy, GenerationTask, Item, LengthProfile, Severity
from serve_app.policy import PolicyContext, PolicySettings, check
from training.clusters import MIN_CONTEXT, MIN_WORDS, OVERLAP, near_duplicates, normalised
from training.generator.answers import Form, forms_of, plain, sentences
from training.generator.names import Names, in_sentence_case, support
from training.generator.styles import points, style
from training.seen import fingerprint

# A sentence that stands beside more stories than this is the site's motto, and no fact.
MAX_STORIES: Final = 5
MAX_TITLE_FACT: Final = 120  # characters of a sentence that may pose as the item's title
# Rules that read the copy by itself or against its facts. Recent copies and neighbours are a request's.
CHECKS: Final = ("empty", "length", "finished", "repetition", "markup", "language", "contact", "grounding", "shouting")


@dataclass(frozen=True)
class Plan:
    """What is built: `held_out` folds go to a file of their own, `unsteered` is the share without a category.

    prefer_both: how often a copy that can be both title and body becomes both, and not one of them.
    max_unheld_words: a copy of more content words, of which its facts hold none, tells another story and is dropped.
    default_profile: drawn as often as `default_share` where a copy fits it; it is what most requests use.
    """

    seed: int = 0
    held_out: tuple[int, ...] = (2, 3)
    unsteered: float = 0.15
    max_unheld_words: int = 3
    prefer_both: float = 0.85
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
    known = Names([*copies["context"].unique(), *copies["excerpt"].unique(), *filter(in_sentence_case, copies["text"])])
    for row in copies.to_dict("records"):
        step()
        # A draw of its own for each copy: leaving one out does not change the others.
        draw = np.random.default_rng([plan.seed, *fingerprint(f"{row['test_id']}\0{row['text']}").encode()])
        layout, item = item_of(row["context"], row["excerpt"], unsaid[row["cluster"]], draw)
        category = style(row["text"])
        forms = list(forms_of(row["text"], profiles, known, words_of(item)))
        reason = unfit(row, item, category, forms, categories)
        form = drawn(forms, draw, plan) if not reason else None
        if form is not None:
            reason = fault(form, item, known.missing(plain(row["text"]), words_of(item)), plan)
        if reason or form is None:
            built.dropped[reason] += 1
            continue
        steered = draw.random() >= plan.unsteered
        instruction = categories[category].instruction if steered else ""
        chosen = CategoryPlan(category=category if steered else "", instruction=instruction)
        messages, shown = asked(item, chosen, form, count, control_words)
        held, words = support(f"{form.title} {form.body}", shown)
        built.rows.append(
            {
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
            }
        )
    return built


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


def _plain(texts: pd.Series) -> pd.Series:
    return texts.fillna("").astype(str).map(plain)


def mottos_of(copies: pd.DataFrame) -> frozenset[str]:
    """Sentences that stand beside so many stories that they tell none."""
    said = pd.concat([copies[["cluster", name]].rename(columns={name: "text"}) for name in ("context", "excerpt")])
    said = said.drop_duplicates().assign(text=lambda t: t["text"].map(sentences)).explode("text").dropna()
    stories = said.groupby("text")["cluster"].nunique()
    return frozenset(stories.index[stories > MAX_STORIES])


def _bags(headlines: Iterable[str]) -> list[tuple[str, frozenset[str]]]:
    """Headlines and their sentences, as far as they are long enough to be known again."""
    parts = pd.Series(sorted({part for text in headlines for part in (text, *sentences(text))}), dtype=str)
    return [(text, frozenset(text.split())) for text in normalised(parts) if len(text.split()) >= MIN_WORDS]


def readable(copies: pd.DataFrame) -> tuple[pd.DataFrame, dict[Any, Unsaid]]:
    """The copies with their contexts and excerpts as plain text, and what the facts of each cluster leave out."""
    copies = copies.assign(context=_plain(copies["context"]), excerpt=_plain(copies["excerpt"]))
    mottos = mottos_of(copies)
    return copies, {cluster: Unsaid(mottos, _bags(group)) for cluster, group in copies.groupby("cluster")["text"]}


class Unsaid(NamedTuple):
    """What is left out of the facts: mottos of the site, and what gives a headline of the story away."""

    mottos: frozenset[str]
    headlines: Sequence[tuple[str, frozenset[str]]]

    def leaves(self, sentence: str) -> bool:
        normal = normalised(pd.Series([sentence]))[0]
        words = frozenset(normal.split())
        return sentence not in self.mottos and not any(
            text in normal or len(words & bag) >= OVERLAP * len(words | bag)
            for text, bag in self.headlines
            if words & bag
        )


def item_of(context: str, excerpt: str, unsaid: Unsaid, draw: np.random.Generator) -> tuple[str, Item]:
    """What an item of serving would say of this story, and how it was laid out; empty when nothing is left to say.

    A served item mostly has a title. Half of the time the excerpt, or the first of several sentences, is it, so that
    the model meets items with a title and without one.
    """
    said = [s for s in sentences(context) if unsaid.leaves(s)]
    extra = " ".join(s for s in sentences(excerpt) if s not in said and unsaid.leaves(s))
    with_title = draw.random() < 0.5
    if with_title and extra and len(extra) <= MAX_TITLE_FACT and said:
        return "excerpt as title", Item(title=extra, description=" ".join(said))
    if with_title and not extra and len(said) > 1 and len(said[0]) <= MAX_TITLE_FACT:
        return "first sentence as title", Item(title=said[0], description=" ".join(said[1:]))
    return "description only", Item(description=" ".join([*said, *filter(None, [extra])]))


def tells(item: Item) -> bool:
    """Whether enough is known of the item to write about it."""
    return sum(c.isalpha() for c in words_of(item)) >= MIN_CONTEXT


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


def words_of(item: Item) -> str:
    return f"{item.title} {item.description}"


def fault(form: Form, item: Item, missing_names: Sequence[str], plan: Plan) -> str:
    """The first thing that serving would hold against the copy: any finding on grounding, what blocks otherwise."""
    context = PolicyContext(item=item, caption="", profile=form.profile, output_fields=form.fields)
    for finding in check(Copy(title=form.title, body=form.body), context, PolicySettings(), CHECKS):
        if finding.rule == "grounding" or finding.severity is Severity.BLOCK:
            return f"policy: {finding.code}"
    if missing_names:
        return "a name that the facts do not hold"
    held, words = support(f"{form.title} {form.body}", context.facts)
    if not held and words > plan.max_unheld_words:
        return "no word of the facts"
    return ""
