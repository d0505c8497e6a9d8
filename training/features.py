"""The input of a fit: distinct texts, embedded in their serving form, and lessons as pairs of their rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from deployments.encoder import Encoder
from deployments.reward.text import render_copy
from training import calibrate, captions, lessons, pairs, perturb
from training.arms import Arms
from training.embed import embed
from training.fit import Features
from training.lessons import Lesson, PushItem

# Which kinds of lessons a guard learns from. One guard for every kind of tampering knew padding in half of the copies
# that pay for it with a guard of its own.
GUARDED = {
    "padded": ("padded", "padded twice", "clickbait"),
    "repeated": ("doubled", "stuttered", "repeated end"),
    "marked": ("exclaimed", "emoji", "starred", "tagged"),
    "hollow": ("stock", "empty"),
    "cut": ("cut",),
}
# Kinds of tampering that pass most often: every clean text teaches one of these beside one of all.
HARD = ("padded", "padded twice", "clickbait", "stuttered", "repeated end")


@dataclass
class _Texts:
    """Distinct texts beyond those of the arms, by row."""

    rows: dict[str, int]
    texts: list[str]
    folds: list[int]
    plain: list[bool]
    lessons: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def row(self, text: str, fold: int, plain: bool) -> int:
        if text not in self.rows:
            self.rows[text] = len(self.texts)
            self.texts.append(text)
            self.folds.append(fold)
            self.plain.append(plain)
        return self.rows[text]


def build(
    trunk: Encoder,
    log: Arms,
    items: Sequence[PushItem],
    others: Arms | None,
    seed: int,
    console: Console,
    checkpoints: Path,
) -> Features:
    """Embeddings and examples of the log, of push items and of another domain's arms, if there are any."""
    table = log.table
    copies = [render_copy(text) for text in table["text"]]
    corpus = _Texts(
        dict(zip(copies, range(len(copies)), strict=True)), list(copies), list(table["fold"]), [True] * len(copies)
    )
    for item in items:
        for text in (*item.copies, *item.titles, *item.ladder):
            corpus.row(text, item.fold, plain=True)
    other_pairs = None
    if others is not None:
        rows = np.array([
            corpus.row(render_copy(text), int(fold), plain=True)
            for text, fold in zip(others.table["text"], others.table["fold"], strict=True)
        ])  # fmt: skip
        drawn = captions.sampled(pairs.make(others.table), seed)
        other_pairs = replace(drawn, a=rows[drawn.a], b=rows[drawn.b])
    taught = [*_perturbed(log, copies, seed), *lessons.of_arms(table, seed), *lessons.of_items(items, seed)]
    for lesson in taught:
        better = corpus.row(lesson.better, lesson.fold, plain=True)
        worse = corpus.row(lesson.worse, lesson.fold, plain=lesson.kind == "longer")
        corpus.lessons.setdefault(lesson.kind, []).append((better, worse))
    embedded = [embed(trunk, part, what, console, checkpoints) for part, what in (
        (corpus.texts[: len(copies)], "copies"), (corpus.texts[len(copies) :], "lessons"),
    )]  # fmt: skip
    return Features(
        texts=np.concatenate(embedded),
        surface=calibrate.surface(corpus.texts),
        tokens=np.array([row.tokens for row in trunk.pre(corpus.texts)], np.int64),
        folds=np.array(corpus.folds, np.int64),
        plain=np.array(corpus.plain, bool),
        guarded={
            guard: np.unique([worse for kind in kinds for _, worse in corpus.lessons.get(kind, [])]).astype(np.int64)
            for guard, kinds in GUARDED.items()
        },
        taught=_ends(pair for kind in perturb.TAUGHT for pair in corpus.lessons.get(kind, [])),
        ties=_ends(corpus.lessons.get("longer", [])),
        others=other_pairs,
    )


def _ends(pairs: Iterable[tuple[int, int]]) -> NDArray[np.int64]:
    return np.array(list(pairs), np.int64).reshape(-1, 2)


def _perturbed(log: Arms, copies: Sequence[str], seed: int) -> list[Lesson]:
    """Every copy, and the first sentence of every context, over a perturbed form of itself.

    Contexts teach beside the copies, because a headline shouts more than a push may: plain words must not be talked
    into anything either.
    """
    folds = [int(fold) for fold in log.table["fold"]]
    clean = list(zip(copies, folds, strict=True))
    clean += [(text, folds[at]) for at, text in perturb.first_sentences(log.table)]
    draw = np.random.default_rng(seed)
    kinds = [
        *zip(clean, draw.choice(list(perturb.TAUGHT), len(clean)), strict=True),
        *zip(clean, draw.choice(HARD, len(clean)), strict=True),
    ]
    return [Lesson(text, render_copy(perturb.TAUGHT[kind](text)), str(kind), fold) for (text, fold), kind in kinds]
