"""Items as packed examples, in the very prompts that serving renders."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from deployments.engines import Message
from deployments.generator import prompt
from deployments.generator.structured import FIELD_NAMES, in_order, limits
from deployments.item_text import prompt_facts
from deployments.router.catalogue import Category
from deployments.types import CategoryPlan, Copy, GenerationTask, LengthProfile, OutputField
from training.writer.corpus import Entry, Written
from training.writer.packed import Branch, Packed, pack
from training.writer.worse import KINDS, spoiled

MAX_FACTS_TOKENS: Final = 400
_WORD: Final = re.compile(r"\w{4,}")


@dataclass(frozen=True)
class Mix:
    """The content of one example of an item.

    written: copies to write. worse: copies not fit that are to be less likely than a written one, in its category.
    chance: how much of the order of the copies to write is chance, beside the share of their words that the item has.
    `yes` and `no`: copies to judge. judge_weight: of all judgements together, when all
    written tokens together weigh 1. made: share of the copies not fit that a rule spoiled; another item's copy is one
    of these. profile_share: examples with the default profile; others take one that the copies fit.
    """

    written: int = 3
    worse: int = 0
    chance: float = 0.2
    yes: int = 2
    no: int = 3
    judge_weight: float = 0.5
    made: float = 0.35
    profile_share: float = 0.7
    default_profile: str = "default"


class Maker:
    """Makes examples of entries with one tokenizer. Pure: the same draw gives the same example."""

    def __init__(
        self,
        tokenizer: Any,
        control_words: Sequence[str],
        categories: Mapping[str, Category],
        profiles: Mapping[str, LengthProfile],
        mix: Mix = Mix(),
    ) -> None:
        self._tokenizer = tokenizer
        self._control_words = control_words
        self._categories = categories
        self._profiles = profiles
        self._mix = mix

    def example(self, entry: Entry, others: Sequence[Entry], draw: np.random.Generator) -> Packed:
        """One packed example; `others`: where a copy of another item is taken from."""
        task = self._task(entry, draw)
        item_facts = prompt_facts(task.item, "", MAX_FACTS_TOKENS, self._count, self._control_words)
        pool = [c for c in self._pool(entry, item_facts, draw) if fits(c, task.profile, task.item.language)]
        lessons = self._lessons(entry, task, draw)
        picked = [*(better for better, _ in lessons), *pool][: self._mix.written]
        writes = [self._writing(task, c.category, c, item_facts) for c in picked]
        yes, no = self._judged(entry, others, draw)
        judges = [
            self._branch(prompt.fit_messages(task, copy, item_facts), word, ends=False)
            for copies, word in ((yes, prompt.YES), (no, prompt.NO))
            for copy in copies
        ]
        worse = [*(copy for _, copy in lessons), *_shuffled(entry.bad, draw)][: self._mix.worse if picked else 0]
        better = [n % len(picked) for n in range(len(worse))]  # a mended copy stands where its draft does
        unwanted = [self._writing(task, picked[n].category, c, item_facts) for n, c in zip(better, worse, strict=True)]
        branches = [*_weighing(writes, 1.0), *_weighing(judges, self._mix.judge_weight), *_weighing(unwanted, 0.0)]
        return pack(branches, list(zip(better, range(len(writes) + len(judges), len(branches)), strict=True)))

    def _lessons(self, entry: Entry, task: GenerationTask, draw: np.random.Generator) -> list[tuple[Written, Copy]]:
        """Drafts of a model as a reader has mended them, each before the draft."""
        mended = [
            (Written(category=j.category, title=j.mended.title, body=j.mended.body), j)
            for j in entry.judged
            if j.mended and j.category
        ]
        fitting = [m for m in mended if fits(m[0], task.profile, task.item.language)]
        return [fitting[i] for i in draw.permutation(len(fitting))][: self._mix.worse]

    def _pool(self, entry: Entry, item_facts: str, draw: np.random.Generator) -> list[Written]:
        """Order the copies to write: those nearest to the item's own words tend to come first.

        A small model that learns from wittier copies invents facts.
        """
        fit_copies = [
            Written(category=j.category, title=j.title, body=j.body) for j in entry.judged if j.is_fit and j.category
        ]
        copies = [*entry.copies, *fit_copies]
        words = set(_WORD.findall(item_facts.lower()))
        nearness = [_share(f"{c.title} {c.body}", words) + self._mix.chance * draw.random() for c in copies]
        return [copies[i] for i in np.argsort(nearness)[::-1]]

    def _writing(self, task: GenerationTask, category: str, copy: Copy, item_facts: str) -> Branch:
        return self._branch(prompt.messages(task, self._plan(category), item_facts), answer(copy, task.output_fields))

    def _task(self, entry: Entry, draw: np.random.Generator) -> GenerationTask:
        default = self._profiles[self._mix.default_profile]
        profile = default
        if draw.random() >= self._mix.profile_share:
            language = entry.item.language
            able = [
                p
                for p in self._profiles.values()
                if sum(fits(c, p, language) for c in entry.copies)
                > sum(fits(c, default, language) for c in entry.copies)
            ]
            profile = able[int(draw.integers(len(able)))] if able else default
        return GenerationTask(item=entry.item, caption="", plan=(), candidates_per_category=1, profile=profile)

    def _plan(self, category: str) -> CategoryPlan:
        return self._categories[category].plan(weight=1.0, wanted=False)

    def _judged(
        self, entry: Entry, others: Sequence[Entry], draw: np.random.Generator
    ) -> tuple[list[Copy], list[Copy]]:
        """Copies that are fit, and copies that are not: a model's own where readers have marked some, then the rest."""
        fit_copies = [j for j in entry.judged if j.is_fit] + [j.mended for j in entry.judged if j.mended]
        good = [*_shuffled(fit_copies, draw), *_shuffled(entry.copies, draw)]
        bad = [*_shuffled([j for j in entry.judged if j.fit < 0.5], draw), *_shuffled(entry.bad, draw)]
        no: list[Copy] = []
        for copy in bad:
            if len(no) == self._mix.no:
                break
            made = self._made(entry, others, draw) if draw.random() < self._mix.made else None
            no.append(made or copy)
        return good[: self._mix.yes], no

    def _made(self, entry: Entry, others: Sequence[Entry], draw: np.random.Generator) -> Copy | None:
        if not entry.copies:
            return None
        kinds = (*KINDS, "another")
        kind = kinds[int(draw.integers(len(kinds)))]
        if kind == "another":
            other = others[int(draw.integers(len(others)))]
            same = other is entry or not other.copies or other.item.language != entry.item.language
            return None if same else other.copies[int(draw.integers(len(other.copies)))]
        return spoiled(entry.copies[int(draw.integers(len(entry.copies)))], kind, draw)

    def _count(self, text: str) -> int:
        return len(self._tokenizer.encode(text, add_special_tokens=False))

    def _branch(self, messages: Sequence[Message], answer_text: str, *, ends: bool = True) -> Branch:
        chat = [{"role": m.role, "content": m.text} for m in messages]
        text = self._tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
        words = self._tokenizer.encode(answer_text, add_special_tokens=False)
        return Branch(
            prompt=tuple(self._tokenizer.encode(text, add_special_tokens=False)),
            answer=(*words, self._tokenizer.eos_token_id) if ends else tuple(words),
        )


def _share(text: str, words: set[str]) -> float:
    """Share of the longer words of a text that are among `words`."""
    text_words = _WORD.findall(text.lower())
    return sum(w in words for w in text_words) / max(1, len(text_words))


def _shuffled(copies: Sequence[Copy], draw: np.random.Generator) -> list[Copy]:
    return [copies[i] for i in draw.permutation(len(copies))]


def _weighing(branches: Sequence[Branch], total: float) -> list[Branch]:
    tokens = sum(len(b.answer) for b in branches)
    return [Branch(b.prompt, b.answer, total / tokens) for b in branches]


def fits(copy: Copy, profile: LengthProfile, language: str) -> bool:
    longest = limits(profile, language)
    return len(copy.title) <= longest[OutputField.TITLE] and len(copy.body) <= longest[OutputField.BODY]


def answer(copy: Copy, fields: Sequence[OutputField]) -> str:
    """The compact JSON that the serving grammar accepts."""
    texts = {OutputField.TITLE: copy.title, OutputField.BODY: copy.body}
    values = {FIELD_NAMES[field]: texts[field] for field in in_order(fields)}
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))
