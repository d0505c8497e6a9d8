"""The wording of a copy in a form that is compared fast: what two copies say alike, and where they are other news.

Compared are three letters of a word at a time, two of a script without spaces, without case, diacritics, punctuation
and little words: other order, endings and marks change few of them.
"""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import regex
from rapidfuzz.distance import Levenshtein

from serve_app.policy.evidence import Evidence
from serve_app.policy.form import form_of
from serve_app.policy.text import normalise

LONGEST: Final = 1_024
"""Characters of a copy that are compared: no platform shows more."""
_UNSPACED: Final = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
_MARKS: Final = regex.compile(r"(?<=[\p{Latin}\p{Cyrillic}\p{Greek}\p{Arabic}\p{Hebrew}])\p{Mn}+|\u0640")
_WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}]++")
_NUMBER: Final = regex.compile(r"\p{Nd}+(?:[.,:٫٬]\p{Nd}+)*")
_GROUPED: Final = regex.compile(r"(?<=\p{Nd})[.,٬](?=\p{Nd}{3}(?!\p{Nd}))")
_NAME: Final = regex.compile(r"(?<=[\p{L}\p{N},)»”\"] )[«“\"(]?(\p{Lu}[\p{L}\p{M}]+)")
_TITLE_CASE: Final = 0.5  # share of words with a capital, in a text in which a capital says nothing
_NOUNS_IN_CAPITALS: Final = frozenset({"de", "lb"})
_MOST_SWAPPED: Final = 2  # words, or runs of letters of a script without spaces


@dataclass(frozen=True, eq=False)
class Wording:
    """A copy as it is compared. folded: its words in order. words: without the little ones, of which the pieces are."""

    plain: str
    language: str
    folded: str
    words: frozenset[str]
    pieces: frozenset[str]

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(_numbers(self.plain))

    @cached_property
    def names(self) -> frozenset[str]:
        return _names(self.plain, self.language)

    def likeness(self, other: Wording) -> float:
        """Return Dice's coefficient of the pieces, 0 to 1."""
        if not self.pieces or not other.pieces:
            return float(self.folded == other.folded)
        return 2 * len(self.pieces & other.pieces) / (len(self.pieces) + len(other.pieces))


def is_unspaced(text: str) -> bool:
    """Whether the text is of a script that sets no spaces between words."""
    return not text.isascii() and _UNSPACED.search(text) is not None


@lru_cache(maxsize=64)
def wording_of(text: str, language: str) -> Wording:
    """Read the words of a copy's fields."""
    plain = normalise(text[:LONGEST])[:LONGEST]
    folded = _folded(_GROUPED.sub("", plain))
    little = form_of(language).dangling | form_of(language).stranded
    words = frozenset(folded.split()) - little
    unspaced = is_unspaced(folded)
    pieces = frozenset(piece for word in words for piece in _pieces(word, 2 if unspaced and is_unspaced(word) else 3))
    return Wording(plain, language, folded, words, pieces)


def _folded(plain: str) -> str:
    if plain.isascii():
        return " ".join(_WORD.findall(plain.casefold()))
    bare = _MARKS.sub("", unicodedata.normalize("NFD", plain.casefold()))
    return " ".join(_WORD.findall(unicodedata.normalize("NFC", bare).replace("ة", "ه")))


def _pieces(word: str, size: int) -> list[str]:
    return [word[at : at + size] for at in range(max(1, len(word) - size + 1))]


def _numbers(plain: str) -> Iterator[str]:
    for match in _NUMBER.finditer(plain):
        number = _GROUPED.sub("", match.group())
        yield "".join(str(unicodedata.digit(c, c)) if c.isdigit() else c for c in number)


def _names(plain: str, language: str) -> frozenset[str]:
    if language in _NOUNS_IN_CAPITALS:
        return frozenset()
    all_words = _WORD.findall(plain)
    if sum(word[0].isupper() for word in all_words) > _TITLE_CASE * len(all_words):
        return frozenset()
    return frozenset(_folded(match[1]) for match in _NAME.finditer(plain))


def is_other_news(copy: Wording, other: Wording, evidence: Evidence) -> bool:
    """Whether what differs are numbers, names, or words that the item has and the other copy has not.

    "3:1" for "2:1", a city for another, "open" for "closed" in the same sentence.
    """
    if copy.numbers - other.numbers and other.numbers - copy.numbers:
        return True
    if _only(copy.names, other) and _only(other.names, copy):
        return True
    swapped = [*_swapped(copy, other)]
    if not 0 < len(swapped) <= _MOST_SWAPPED:
        return False
    said = _folded(evidence.text[: 4 * LONGEST])
    return any(mine in said and theirs not in said for mine, theirs in swapped)


def _only(words: frozenset[str], other: Wording) -> list[str]:
    """Return the words that the other copy does not have in any ending."""
    return sorted(word for word in words if word[: max(3, len(word) - 2)] not in other.folded)


def _swapped(copy: Wording, other: Wording) -> Iterator[tuple[str, str]]:
    """Yield what stands in one copy in place of what the other has."""
    if not _UNSPACED.search(copy.folded):
        mine, theirs = _only(copy.words, other), _only(other.words, copy)
        if len(mine) == len(theirs):
            yield from zip(mine, theirs, strict=True)
        return
    for edit in Levenshtein.opcodes(copy.folded, other.folded):
        own = copy.folded[edit.src_start : edit.src_end]
        if edit.tag == "replace" and len(own) > 1:
            yield own, other.folded[edit.dest_start : edit.dest_end]
