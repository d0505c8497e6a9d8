"""Patterns that are looked for only in a text that has one of their words: to find nothing takes them long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex

from serve_app.policy.text import SPACELESS

_ATOM: Final = regex.compile(
    r"(?P<look>\(\?<?[=!])|(?P<group>\((?:\?(?:P?<\w+>|[\w-]*:|>)|(?!\?)))|(?P<class>\[\^?\]?(?:\\.|[^\]\\\[])*\])"
    r"|(?P<escape>\\(?:[pP]\{[^}]*\}|[1-9](?!\d)|[AbBdDfnrRsStvwWXZ]|[^\p{L}\p{N}]))|(?P<other>[.^$])"
    r"|(?P<letter>[^|)\\(\[])",
    regex.DOTALL,
)
_QUANTIFIER: Final = regex.compile(
    r"(?P<none>[?*]|\{0?,\d*\}|\{0\})[+?]?|(?P<some>\+|\{(?P<least>[1-9]\d*)(?:,\d*)?\})[+?]?"
)
_WHOLE: Final = r"(?<![\p{L}\p{M}\p{N}])%s(?:%s)(?![\p{L}\p{M}\p{N}])"
_SAME: Final = {0x131: "i", 0x307: None}  # the pattern's i in any case is also Turkish

Cues = frozenset[str]


def whole_words(source: str, language: str, prefix: str = "") -> str:
    """Return the source of a pattern that begins and ends with a word, where the language has spaces between words.

    prefix: the source of what may be written together with the first word.
    """
    return f"(?:{source})" if language in SPACELESS else _WHOLE % (prefix, source)


class Cued:
    """A pattern in any case. source: as of the library `regex`, without comments and spaces of its own."""

    def __init__(self, source: str) -> None:
        self._pattern = regex.compile(source, regex.IGNORECASE)
        self._cues = cues_of(source)

    def search(self, text: str) -> regex.Match[str] | None:
        return self._pattern.search(text) if self._may_find(text) else None

    def finditer(self, text: str) -> Iterator[regex.Match[str]]:
        return self._pattern.finditer(text) if self._may_find(text) else iter(())

    def _may_find(self, text: str) -> bool:
        folded = _folded(text)
        return not self._cues or any(cue in folded for cue in self._cues)


def cues_of(source: str) -> Cues:
    """Return texts in small letters of which one is in whatever the pattern finds; empty where it needs none.

    Raises ValueError where it cannot read the source: a character by its code, flags, a condition, a set in a set.
    """
    cues, end = _of_branches(source, 0)
    if source[end : end + 1] == ")":
        raise ValueError(f"a bracket too many at {end}")
    if end < len(source):
        raise ValueError(f"cannot read {source[end : end + 8]!r} at {end}")
    return cues


def _folded(text: str) -> str:
    folded = text.casefold()
    return folded if folded.isascii() else folded.translate(_SAME)


def _of_branches(source: str, at: int) -> tuple[Cues, int]:
    branches = []
    while True:
        cues, at = _of_branch(source, at)
        branches.append(cues)
        if source[at : at + 1] != "|":
            return (frozenset().union(*branches) if all(branches) else frozenset()), at
        at += 1


def _of_branch(source: str, at: int) -> tuple[Cues, int]:
    """Of all that a branch needs, return what is rarest: the longest."""
    needed: list[Cues] = []
    row = ""
    while match := _ATOM.match(source, at):
        kind, written, at = str(match.lastgroup), match.group(), match.end()
        inner: Cues = frozenset()
        if kind in ("look", "group"):
            inner, at = _of_branches(source, at)
            if source[at : at + 1] != ")":
                raise ValueError(f"cannot read {source[at : at + 8]!r} at {at}")
            at += 1
        quantifier = _QUANTIFIER.match(source, at)
        at = quantifier.end() if quantifier else at
        letter = written[-1] if kind == "letter" or (kind == "escape" and not written[1].isalnum()) else ""
        if letter and not quantifier:
            row += letter
            continue
        if letter and quantifier and quantifier["some"]:
            row += letter * int(quantifier["least"] or 1)
        elif kind == "group" and not (quantifier and quantifier["none"]):
            needed.append(inner)
        needed.append(frozenset(filter(None, (row,))))
        row = ""
    needed.append(frozenset(filter(None, (row,))))
    best = max(needed, key=lambda cues: min(map(len, cues), default=0))
    return frozenset(map(_folded, best)), at
