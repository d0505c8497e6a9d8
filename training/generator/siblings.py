"""The other headlines of a story: what an editor's title says of it, and short openings for a notification.

A served item has a title, and an archive's lede is often no more than a remark beside the story. The editors who wrote
a story's headlines each put its facts into words of their own: for any one of them, the others are the title that it
could have been written for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rapidfuzz import fuzz

from training.generator.answers import as_title, plain, sentences
from training.generator.names import Names, support

_ALIKE: Final = 0.7  # share of common words from which one headline gives the other away
_SAME: Final = 75.0  # an opening this near to the copy says the same twice
_OPENING_WORDS: Final = 3
_WORD: Final = re.compile(r"[a-z0-9']+")


def titles_for(text: str, others: Sequence[str], told: str, count: int, min_support: float) -> list[str]:
    """Up to `count` of the other headlines as the title of an item, those first that hold most of the copy's words.

    `told`: what the item says without a title. Only those with which at least `min_support` of the copy is held.
    """
    words, found = _words(text), []
    for other in others:
        theirs = _words(other)
        if words and theirs and len(words & theirs) < _ALIKE * len(words | theirs):
            held, of = support(text, f"{other} {told}")
            found.append((held / of if of else 0.0, other))
    found.sort(key=lambda each: (-each[0], each[1]))
    return [other for held, other in found[:count] if held >= min_support]


def openings(others: Sequence[str], names: Names, told: str) -> list[str]:
    """First sentences of other headlines, where more follows: each says something and leaves the rest to a body."""
    parts = [sentences(plain(other)) for other in others]
    found = {as_title(names.as_prose(first, told)) for first, *rest in filter(None, parts) if rest}
    return sorted(text for text in found if len(text.split()) >= _OPENING_WORDS)


def repeats(opening: str, text: str) -> bool:
    return fuzz.token_set_ratio(opening.lower(), text.lower()) >= _SAME


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))
