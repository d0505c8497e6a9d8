"""Normal forms of a text, shared by several rules."""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

import regex

from deployments.types import MAX_LONG_TEXT

LONGEST_READ: Final = 2 * MAX_LONG_TEXT
"""Characters of a normalised field that rules read: one Arabic ligature becomes 18 letters."""

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’\-][\p{L}\p{M}\p{N}]+)*")
_TOO_MANY_MARKS = regex.compile(r"(\p{M}{30})\p{M}++")
_NOT_DIGIT = regex.compile(r"\D+")
_NOT_WORD = regex.compile(r"[^\p{L}\p{M}\p{N}]+")


def normalise(text: str) -> str:
    """Normalise by NFKC: full-width and other compatibility forms become plain ones.

    Of more than 30 marks on one letter the first 30 stay (UAX #15, Stream-Safe Text Format): all of them would be
    sorted, in a time that grows with their square.
    """
    return unicodedata.normalize("NFKC", _TOO_MANY_MARKS.sub(r"\1", text))


@lru_cache(maxsize=256)
def readable(text: str) -> str:
    """Return a copy's field, normalised. Cached, because each rule reads it."""
    return normalise(text)[:LONGEST_READ]


def fold(text: str) -> str:
    """Remove case, punctuation and extra spaces, so that texts that read the same are equal."""
    return _NOT_WORD.sub(" ", normalise(text).casefold()).strip()


def digits(text: str) -> str:
    return _NOT_DIGIT.sub("", text)


def distinct(texts: Iterable[str]) -> Iterator[str]:
    """Yield each text once."""
    seen: set[str] = set()
    for text in texts:
        if text not in seen:
            seen.add(text)
            yield text


def words(text: str) -> list[str]:
    """Split into words as written, with inner apostrophes and hyphens."""
    return _WORD.findall(text)
