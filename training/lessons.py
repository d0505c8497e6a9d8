"""Lessons for a reward that scores pushes: plain human copy of every length, and copies that are surely worse.

A/B tests of headlines say which plain copy is clicked more. They say nothing of stock copy, of copy that stops in the
middle, of nonsense, nor of a second sentence. These do, from push items (JSON Lines: `id`, `locale`, `title`,
`description`, `copies` and `bad`, each with `title` and `body`; a bad one has a `kind`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from deployments import json_lines
from deployments.plain_text import plain_text
from deployments.reward.text import render_copy
from deployments.text import squeeze
from training import perturb, stock
from training.arms import BadArms, fold_of

# Kinds of bad copy that words alone give away; whether a number is wrong, only the item knows.
BAD_KINDS: Final = ("empty", "broken", "off_tone")
_MOST_SENTENCES: Final = 6
_CUTS: Final = (3, 4, 5, 6)
_SALADS: Final = 0.25  # of the items
_STOCK: Final = 600
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True)
class Lesson:
    """`better` over `worse`, or a tie of the two (`kind` "longer"). fold: of its story or item."""

    better: str
    worse: str
    kind: str
    fold: int


@dataclass(frozen=True)
class PushItem:
    """An item with human copies of it, rendered. ladder: a copy with ever more sentences, as far as there are some."""

    fold: int
    copies: tuple[str, ...]
    titles: tuple[str, ...]
    bad: tuple[tuple[str, str], ...]
    ladder: tuple[str, ...]


def read_items(paths: Sequence[Path]) -> list[PushItem]:
    """Items in English. Raises BadArms when a line is no item."""
    items = []
    for path in paths:
        for number, line in json_lines.read(path):
            try:
                item = json.loads(line)
                if str(item.get("locale", "en")).lower().startswith("en"):
                    items.append(_item(item))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise BadArms(f"{path.name!r} line {number} is no push item: {error}") from None
    return items


def _item(item: dict[str, Any]) -> PushItem:
    copies = [(c["title"], c["body"]) for c in item["copies"]]
    fold = fold_of(str(item["id"]))
    bad = tuple((b["kind"], render_copy(b["title"], b["body"])) for b in item.get("bad", ()) if b["kind"] in BAD_KINDS)
    title, body = copies[fold_of(f"{item['id']} ladder") % len(copies)]
    ladder = [title, *sentences(body), *sentences(item.get("description", ""))][: _MOST_SENTENCES + 1]
    steps = [render_copy(title, " ".join(ladder[1:count])) for count in range(1, len(ladder) + 1)]
    return PushItem(
        fold, tuple(render_copy(*c) for c in copies), tuple(render_copy(t) for t, _ in copies), bad, tuple(steps)
    )


def sentences(text: str) -> list[str]:
    """Without markup, one space between words."""
    return [part for part in _SENTENCE_END.split(squeeze(plain_text(text))) if part]


def cut(text: str, words: int) -> str:
    """The first words alone, as a limit in the middle of a sentence leaves them."""
    return " ".join(text.split()[:words])


def of_items(items: Iterable[PushItem], seed: int) -> list[Lesson]:
    """Every copy over stock copy, over its own beginning and over its item's bad copies; longer is no better."""
    return list(_of_items(list(items), np.random.default_rng(seed)))


def _of_items(items: Sequence[PushItem], draw: np.random.Generator) -> Iterator[Lesson]:
    changes = list(perturb.TAUGHT.items())
    generic = cycle(stock.taught(_STOCK, int(draw.integers(2**31))))
    for item in items:
        longer = item.ladder[int(draw.integers(1, len(item.ladder)))] if len(item.ladder) > 1 else item.ladder[0]
        for number, copy in enumerate((*item.copies, longer)):
            yield Lesson(copy, render_copy(*next(generic)), "stock", item.fold)
            if number % 2:
                yield Lesson(copy, cut(copy, int(draw.choice(_CUTS))), "cut", item.fold)
            else:
                kind, change = changes[int(draw.integers(len(changes)))]
                yield Lesson(copy, render_copy(change(copy)), kind, item.fold)
        for kind, bad in item.bad:
            yield Lesson(item.copies[int(draw.integers(len(item.copies)))], bad, kind, item.fold)
        if draw.random() < _SALADS:
            words = item.copies[0].split()
            yield Lesson(item.copies[0], " ".join(draw.permutation(words)), "salad", item.fold)
        if longer != item.ladder[0]:
            yield Lesson(longer, item.ladder[0], "longer", item.fold)


def of_arms(arms: pd.DataFrame, seed: int, share: float = 0.25) -> list[Lesson]:
    """Make lessons from a share of the headlines. With sentences of its context a headline is a longer copy."""
    draw = np.random.default_rng(seed)
    chosen = arms.iloc[np.flatnonzero(draw.random(len(arms)) < share)]
    generic = stock.taught(_STOCK, seed + 1)
    lessons = []
    contexts = chosen["context"] if "context" in chosen.columns else pd.Series("", index=chosen.index)
    for at, (text, context, fold) in enumerate(
        zip(chosen["text"], contexts.fillna("").astype(str), chosen["fold"], strict=True)
    ):
        plain = render_copy(text)
        lessons.append(Lesson(plain, render_copy(*generic[at % _STOCK]), "stock", int(fold)))
        lessons.append(Lesson(plain, cut(plain, int(draw.choice(_CUTS))), "cut", int(fold)))
        context_sentences = [s for s in sentences(context) if len(s.split()) > 3]
        if context_sentences:
            longer = render_copy(plain, " ".join(context_sentences[: int(draw.integers(1, 5))]))
            lessons.append(Lesson(longer, plain, "longer", int(fold)))
    return lessons
