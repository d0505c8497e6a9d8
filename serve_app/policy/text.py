"""The few views of a text that several rules share."""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

import unicodedata

import regex

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’\-][\p{L}\p{M}\p{N}]+)*")
_NOT_WORD = regex.compile(r"[^\p{L}\p{M}\p{N}]+")


def normalise(text: str) -> str:
    """NFKC: full-width and other compatibility forms become the plain ones."""
    return unicodedata.normalize("NFKC", text)


def fold(text: str) -> str:
    """Case, punctuation and spacing removed: two texts that read the same fold to the same string."""
    return _NOT_WORD.sub(" ", normalise(text).casefold()).strip()


def words(text: str) -> list[str]:
    """Words as written, with inner apostrophes and hyphens."""
    return _WORD.findall(text)
