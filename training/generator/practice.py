"""Practice: tasks on stories of the training folds, in every category, and what is kept of what a model wrote.

Rejection sampling (RAFT, Dong et al., 2023): a model learns from those of its own answers that hold up. An archive has
few copies that quote, count or name a place, and half of its copies say nothing that their facts hold; its stories can
be written for in every style, and rules tell which answers keep to style and facts. One that does not, to the same
prompt, makes a pair of the two, from which `prefer` learns what to leave.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from rapidfuzz import fuzz

from deployments.facts import CountTokens, facts
from deployments.generator import prompt, structured
from deployments.generator.settings import GeneratorKnobs
from deployments.router.catalogue import Category
from deployments.types import CategoryPlan, Draft, GenerationTask, Item, LengthProfile, OutputField
from serve_app.policy import PolicyContext, PolicySettings, check
from training.generator.answers import sentences
from training.generator.composed import CITIES
from training.generator.judge import Verdict, judge
from training.generator.stories import Story
from training.seen import fingerprint

_VERBATIM: Final = 90.0  # a body this near to a run of the facts was copied, not written
_WITH_METADATA: Final = 0.4  # of the stories
_SAME: Final = 75.0  # a title this near to its body says everything twice


@dataclass(frozen=True)
class Practice:
    """categories: tried on each story. min_support: share of a copy's longer words that the facts hold.
    min_relevance: cosine between copy and facts. unsteered: share of kept answers shown without their category.
    """

    categories: int = 6
    candidates: int = 4
    min_support: float = 0.45
    min_relevance: float = 0.4
    kept: int = 2
    unsteered: float = 0.12
    seed: int = 0


def task_of(
    story: Story, categories: Mapping[str, Category], profiles: Mapping[str, LengthProfile], plan: Practice
) -> GenerationTask:
    """The story in some of the categories that its facts allow, mostly with title and body in the default lengths."""
    draw = np.random.default_rng([plan.seed, *fingerprint(story.cluster).encode()])
    item, caption = _dressed(story.item, draw)
    told = f"{item.title} {item.description} {caption}"
    names = [n for n in draw.permutation(sorted(categories)).tolist() if categories[n].gate.open_for(item, told)]
    chosen = [categories[name].plan(1.0, wanted=False) for name in names[: plan.categories]]
    others = sorted(set(profiles) - {"default", "watch"})
    profile = profiles["default" if draw.random() < 0.6 else others[draw.integers(len(others))]]
    fields = (OutputField.TITLE, OutputField.BODY)
    only = draw.random()
    return GenerationTask(
        item=item, caption=caption, plan=tuple(chosen), candidates_per_category=plan.candidates, profile=profile,
        output_fields=fields[1:] if only < 0.15 else fields[:1] if only < 0.2 else fields,
        seed=int(draw.integers(2**31)),
    )  # fmt: skip


def _dressed(item: Item, draw: np.random.Generator) -> tuple[Item, str]:
    """The item and its caption: sometimes with tags, words of its own, with metadata, or with a sentence told by the
    picture instead, as served items have them.
    """
    if draw.random() < _WITH_METADATA:
        item = item.model_copy(update={"metadata": _metadata(draw)})
    long = [word.strip(".,:;!?\"'()").lower() for word in item.description.split() if len(word) > 6]
    words = sorted({word for word in long if word.isalpha()})
    if len(words) >= 3 and draw.random() < 0.3:
        item = item.model_copy(update={"tags": tuple(draw.choice(words, 3, replace=False).tolist())})
    said = sentences(item.description)
    if len(said) < 3 or draw.random() > 0.25:
        return item, ""
    seen = said.pop(draw.integers(len(said)))
    return item.model_copy(update={"description": " ".join(said)}), seen


def _metadata(draw: np.random.Generator) -> dict[str, str]:
    """One or two entries as platforms have them, some of which open a category's gate. An archive has none: without
    them a model never learns that most copy leaves a count alone, and that a count is the item's.
    """
    count = int(draw.integers(2, 10_000)) * 10 ** int(draw.integers(0, 3))
    known = {
        "views": str(count),
        "likes": str(count),
        "followers": str(count),
        "rating": f"{draw.integers(30, 50) / 10}",
        "duration_s": str(draw.integers(15, 900)),
        "place": CITIES[draw.integers(len(CITIES))],
        "trend_rank": str(draw.integers(1, 20)),
    }
    chosen = draw.choice(sorted(known), int(draw.integers(1, 3)), replace=False).tolist()
    return {name: known[name] for name in chosen}


@dataclass(frozen=True)
class Kept:
    """An answer that holds up, and the share of its longer words that the facts hold."""

    draft: Draft
    verdict: Verdict


def fit(draft: Draft, task: GenerationTask, plan: Practice) -> tuple[Kept | None, str]:
    """The draft if it holds up, before its meaning is looked at, and else why not."""
    verdict = judge(draft, task)
    context = PolicyContext(
        item=task.item, caption=task.caption, profile=task.profile, output_fields=task.output_fields
    )
    faults = {
        "not whole": not (verdict.valid_json and verdict.finished),
        "not grounded": not verdict.grounded,
        "another style": not verdict.followed,
        "too few words of the facts": verdict.support < plan.min_support,
        "policy": bool(check(draft.copy_text, context, PolicySettings())),
        "title and body say the same": _repeats(draft),
        "copied from the facts": _copied(draft, context.facts),
    }
    fault = next((name for name, found in faults.items() if found), "")
    return (None, fault) if fault else (Kept(draft, verdict), "")


def _repeats(draft: Draft) -> bool:
    both = bool(draft.title and draft.body)
    return both and fuzz.token_set_ratio(draft.title.lower(), draft.body.lower()) >= _SAME


def _copied(draft: Draft, known: str) -> bool:
    """Whether every part of the copy is a run of the facts: true, but nothing that was written."""
    parts = [text.lower() for text in (draft.title, draft.body) if text]
    return all(fuzz.partial_ratio(part, known.lower()) >= _VERBATIM for part in parts)


def best(kept: Sequence[Kept], rewards: Sequence[float], relevance: Sequence[float], plan: Practice) -> list[Kept]:
    """Of each category the best-rewarded answers that are about the story, no two alike."""
    found: list[Kept] = []
    for i in np.argsort(rewards)[::-1].tolist():
        one = kept[i].draft
        same = [k.draft for k in found if k.draft.category == one.category]
        alike = any(fuzz.token_sort_ratio(one.title + one.body, o.title + o.body) >= _SAME for o in same)
        if relevance[i] >= plan.min_relevance and len(same) < plan.kept and not alike:
            found.append(kept[i])
    return found


def row_of(
    kept: Kept, story: Story, task: GenerationTask, count: CountTokens, control_words: Sequence[str], plan: Practice
) -> dict[str, Any]:
    """An example, as `examples.build` makes them."""
    draft = kept.draft
    draw = np.random.default_rng([plan.seed, *fingerprint(f"{story.cluster}\0{draft.title}\0{draft.body}").encode()])
    chosen = _plan_of(draft, task)
    if draw.random() < plan.unsteered:
        chosen = CategoryPlan(category="", instruction="")
    return {
        "messages": _messages(task, chosen, count, control_words),
        "answer": _answer(draft, task),
        "category": chosen.category,
        "style": draft.category,
        "weight": 1.0,
        "support": kept.verdict.support,
        "cluster": story.cluster,
        "fold": story.fold,
        "profile": task.profile.length_profile,
        "fields": [structured.FIELD_NAMES[f] for f in structured.in_order(task.output_fields)],
        "source": "practice",
    }


def pairs_of(
    kept: Kept,
    failed: Sequence[Draft],
    story: Story,
    task: GenerationTask,
    count: CountTokens,
    control_words: Sequence[str],
    plan: Practice,
) -> Iterator[dict[str, Any]]:
    """Pairs as `preferences.pairs` makes them: the answer kept, and of those to the same prompt that failed one that
    was cut and one that failed otherwise.

    None where none in its category failed. Always with the category, which may be what the other missed. An answer that
    the limit ended is what a small model writes without an eye on its end.
    """
    same = [d for d in failed if d.category == kept.draft.category and _filled(d, task)]
    draw = np.random.default_rng([plan.seed, *fingerprint(f"{story.cluster}\0{kept.draft.body}\0pair").encode()])
    for alike in ([d for d in same if not d.finished], [d for d in same if d.finished]):
        if alike:
            yield {
                "messages": _messages(task, _plan_of(kept.draft, task), count, control_words),
                "chosen": _answer(kept.draft, task),
                "rejected": _answer(alike[draw.integers(len(alike))], task),
                "category": kept.draft.category,
                "style": kept.draft.category,
                "cluster": story.cluster,
                "fold": story.fold,
                "profile": task.profile.length_profile,
                "fields": [structured.FIELD_NAMES[f] for f in structured.in_order(task.output_fields)],
                "source": "practice",
            }


def _plan_of(draft: Draft, task: GenerationTask) -> CategoryPlan:
    return next(p for p in task.plan if p.category == draft.category)


def _messages(
    task: GenerationTask, plan: CategoryPlan, count: CountTokens, control_words: Sequence[str]
) -> list[dict[str, str]]:
    shown = facts(task.item, task.caption, GeneratorKnobs().max_facts_tokens, count, control_words)
    return [{"role": m.role, "content": m.text} for m in prompt.messages(task, plan, shown)]


def _texts(draft: Draft, task: GenerationTask) -> dict[str, str]:
    texts = {OutputField.TITLE: draft.title, OutputField.BODY: draft.body}
    return {structured.FIELD_NAMES[f]: texts[f] for f in structured.in_order(task.output_fields)}


def _filled(draft: Draft, task: GenerationTask) -> bool:
    return all(_texts(draft, task).values())


def _answer(draft: Draft, task: GenerationTask) -> str:
    return json.dumps(_texts(draft, task), ensure_ascii=False, separators=(",", ":"))


def counts(rows: Sequence[Mapping[str, Any]], key: str) -> dict[str, int]:
    return dict(Counter(str(row[key]) for row in rows).most_common())
