"""Slips of a small model: the words are the item's, the sentence is wrong. Pure, given the draw."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import numpy as np

from deployments.types import Copy

Draw = np.random.Generator
T = TypeVar("T")
_PRONOUNS: Final = {
    "he": "she", "she": "he", "him": "her", "his": "her", "her": "his", "they": "he", "it": "she", "their": "its",
    "its": "their", "who": "which", "them": "it",
}  # fmt: skip
_SMALL: Final = (
    "a", "an", "the", "of", "in", "on", "at", "to", "for", "from", "by", "with", "as", "is", "are", "was", "has", "and",
    "but", "not", "that", "after", "before", "until", "no",
)  # fmt: skip
_CLAUSE: Final = re.compile(
    r"(?<=[,;:]) | (?=(?:and|but|because|after|before|until|while|when|who|which|that|so|if)\b)"
)
_SENTENCE: Final = re.compile(r"[^.!?]+[.!?]*")
_BREAKS: Final = frozenset(
    ("of", "in", "on", "at", "to", "for", "from", "by", "with", "is", "are", "was", "has", "will")
)


def pronoun(copy: Copy, draw: Draw) -> Copy | None:
    """Replace a pronoun with another."""
    return _word(copy, draw, lambda word: _PRONOUNS.get(word.lower()))


def small_word(copy: Copy, draw: Draw) -> Copy | None:
    """Drop or replace a preposition, an article or an auxiliary."""
    return _word(
        copy, draw, lambda word: ("" if draw.random() < 0.4 else _pick(_SMALL, draw)) if word in _SMALL else None
    )


def turned(copy: Copy, draw: Draw) -> Copy | None:
    """Swap two names, numbers or long words of the copy."""
    words = _split(copy)
    kinds = (
        [i for i, w in enumerate(words) if w[:1].isupper() and len(w) > 3 and i and words[i - 1].strip()],
        [i for i, w in enumerate(words) if w[:1].isdigit()],
        [i for i, w in enumerate(words) if w.isalpha() and w.islower() and len(w) > 4],
    )
    able = [places for places in kinds if len(places) > 1]
    if not able:
        return None
    i, j = (int(n) for n in draw.choice(_pick(able, draw), 2, replace=False))
    words[i], words[j] = words[j], words[i]
    return _joined(words)


def spliced(copy: Copy, facts: str, draw: Draw) -> Copy | None:
    """Join the first half of one sentence of the facts to the second half of another."""
    sentences = [s.strip() for s in _SENTENCE.findall(facts) if len(s.split()) > 4]
    if len(sentences) < 2:
        return None
    one, two = (sentences[int(i)] for i in draw.choice(len(sentences), 2, replace=False))
    body = f"{_half(one, draw, first=True)} {_half(two, draw, first=False)}"
    if draw.random() < 0.3:
        return Copy(title=" ".join(body.split()[:7]), body=copy.body)
    return Copy(title=copy.title, body=body[:1].upper() + body[1:])


def scrap(copy: Copy, facts: str, draw: Draw) -> Copy | None:
    """Use some words of the facts as the title."""
    words = facts.split()
    if len(words) < 12:
        return None
    start = int(draw.integers(len(words) - 6))
    title = " ".join(words[start : start + int(draw.integers(2, 6))]).strip(".,;:!?()'\"")
    return Copy(title=title[:1].upper() + title[1:], body=copy.body)


def _half(sentence: str, draw: Draw, *, first: bool) -> str:
    """Cut at a clause, or where a preposition or a verb begins."""
    clauses = _CLAUSE.split(sentence)
    if len(clauses) > 1:
        return clauses[0].rstrip(",;:") if first else clauses[-1]
    words = sentence.split()
    places = [i for i, word in enumerate(words) if word in _BREAKS and 0 < i < len(words) - 1] or [len(words) // 2]
    at = _pick(places, draw)
    return " ".join(words[:at] if first else words[at:])


def _word(copy: Copy, draw: Draw, other: Callable[[str], str | None]) -> Copy | None:
    words = _split(copy)
    for at in draw.permutation(len(words)):
        bare = words[at].strip(".,;:!?")
        replacement = other(bare) if bare else None
        if replacement is not None and replacement != bare.lower():
            words[at] = words[at].replace(bare, replacement.capitalize() if bare[0].isupper() else replacement)
            return _joined(words)
    return None


def _split(copy: Copy) -> list[str]:
    return [*copy.title.split(), "\n", *copy.body.split()]


def _joined(words: Sequence[str]) -> Copy:
    title, _, body = " ".join(word for word in words if word).partition("\n")
    return Copy(title=title.strip(), body=body.strip())


def _pick(of: Sequence[T], draw: Draw) -> T:
    return of[int(draw.integers(len(of)))]
