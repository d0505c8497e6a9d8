"""Lessons of one item: its copies, labelled with the share of readers who would send them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np

from deployments.types import Copy
from training.fitness.worse import ALIGNED, WAYS, Source, spoiled
from training.writer.corpus import Entry

T = TypeVar("T")
_SENTENCES: Final = re.compile(r".+?[.!?](?=\s|$)", re.DOTALL)
PLAIN_FIT: Final = 0.75
"""Label of the item's own title and first sentences: correct, and seldom worth more."""

_HARD: Final = frozenset(
    ("wrong_number", "swapped_name", "negation", "some_words", "pronoun", "small_word", "turned", "spliced", "scrap")
)
"""Ways that are learnt slowest: drawn twice as often."""


@dataclass(frozen=True)
class Lesson:
    """A copy with the share of readers who would send it. original: the good copy that a rule changed some words of."""

    copy: Copy
    fit: float
    kind: str
    weight: float = 1.0
    original: Copy | None = None


@dataclass(frozen=True)
class Mix:
    """The content of one example of an item, beside all of its own copies and marked ones.

    made: copies made worse. goods, bads, mark: the weight of all copies written as fit, of all written as unfit or
    made so, and of each marked copy.
    """

    made: int = 7
    goods: float = 1.0
    bads: float = 1.0
    mark: float = 0.5


def lessons(entry: Entry, others: Sequence[Entry], draw: np.random.Generator, mix: Mix = Mix()) -> list[Lesson]:
    """For one step of training: the item's good and bad copies, some in another form, and some made worse."""
    good = [Lesson(c, 1.0, "good") for c in entry.copies]
    good += [*_other_forms(entry, draw)]
    bad = [Lesson(b, 0.0, b.kind) for b in entry.bad]
    bad += _longer(entry, draw)
    chances = np.array([2.0 if kind in _HARD else 1.0 for kind in WAYS])
    made: list[Lesson] = []
    for kind in draw.choice(list(WAYS), len(WAYS), replace=False, p=chances / chances.sum()):
        if len(made) == mix.made or not entry.copies:
            break
        if lesson := make(entry, others, str(kind), draw):
            made.append(lesson)
    marked = [Lesson(j, j.fit, "marked", mix.mark) for j in entry.judged]
    marked += [Lesson(j.mended, 1.0, "marked", mix.mark) for j in entry.judged if j.mended]
    return [*_sharing(good, mix.goods), *_sharing([*bad, *made], mix.bads), *marked]


def make(entry: Entry, others: Sequence[Entry], kind: str, draw: np.random.Generator) -> Lesson | None:
    """One of the item's good copies made worse; None where this draw cannot."""
    other = others[int(draw.integers(len(others)))]
    if other.id == entry.id or not other.copies or not entry.copies:
        return None
    copy = _pick(entry.copies, draw)
    worse = spoiled(Source(entry, copy, _pick(other.copies, draw)), kind, draw)
    return Lesson(worse, 0.0, kind, original=copy if kind in ALIGNED else None) if worse else None


def plain(entry: Entry, sentences: int) -> Copy | None:
    """The item's title and the first sentences of its description; None where the title is no headline."""
    title = entry.title.strip()
    body = [s.strip() for s in _SENTENCES.findall(entry.description)][:sentences]
    tidy = 8 <= len(title) <= 80 and title.isascii() and not re.search(r"[#_<>|]|[A-Z]{4}|\.\w{3}$", title)
    return Copy(title=title, body=" ".join(body)) if tidy and len(body) == sentences and body != [title] else None


def _other_forms(entry: Entry, draw: np.random.Generator) -> list[Lesson]:
    """Short and long copies that are fit too, so that length says nothing."""
    forms = []
    if entry.copies and draw.random() < 0.3:
        copy = _pick(entry.copies, draw)
        forms.append(Lesson(Copy(title="", body=copy.body), 0.9, "body_alone"))
    direct = [c for c in entry.copies if c.category in ("DIRECT", "LIST_NUMBER", "URGENT_TREND", "SURPRISE_CONTRAST")]
    if direct and draw.random() < 0.3:
        forms.append(Lesson(Copy(title=_pick(direct, draw).title), 0.9, "title_alone"))
    if draw.random() < 0.3 and (description := plain(entry, int(draw.integers(1, 4)))):
        forms.append(Lesson(description, PLAIN_FIT, "plain"))
    if len(entry.copies) > 1 and draw.random() < 0.3:
        one, two = (entry.copies[i] for i in draw.permutation(len(entry.copies))[:2])
        forms.append(Lesson(Copy(title=one.title, body=f"{one.body} {two.body}"), 0.85, "long"))
    return forms


def _longer(entry: Entry, draw: np.random.Generator) -> list[Lesson]:
    """Bad copies as long as the longest good one."""
    if not entry.bad or not entry.copies or draw.random() > 0.5:
        return []
    bad, good = _pick(entry.bad, draw), _pick(entry.copies, draw)
    body = f"{bad.body} {good.body}" if draw.random() < 0.5 else f"{good.body} {bad.body}"
    return [Lesson(Copy(title=bad.title, body=body), 0.0, f"{bad.kind}_longer")]


def _sharing(lessons: Sequence[Lesson], total: float) -> list[Lesson]:
    return [Lesson(f.copy, f.fit, f.kind, total / len(lessons), f.original) for f in lessons]


def _pick(of: Sequence[T], draw: np.random.Generator) -> T:
    return of[int(draw.integers(len(of)))]
