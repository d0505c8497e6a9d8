"""Normal forms of a text, shared by several rules."""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

import unicodedata

import regex

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’\-][\p{L}\p{M}\p{N}]+)*")
_NOT_WORD = regex.compile(r"[^\p{L}\p{M}\p{N}]+")


def normalise(text: str) -> str:
    """Normalise by NFKC: full-width and other compatibility forms become plain ones."""
    return unicodedata.normalize("NFKC", text)


def fold(text: str) -> str:
    """Remove case, punctuation and extra spaces, so that texts that read the same are equal."""
    return _NOT_WORD.sub(" ", normalise(text).casefold()).strip()


def words(text: str) -> list[str]:
    """Split into words as written, with inner apostrophes and hyphens."""
    return _WORD.findall(text)
