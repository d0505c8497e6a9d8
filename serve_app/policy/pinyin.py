"""Chinese terms in which Latin letters stand for a character: 全网zui低价 for 全网最低价."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

import regex
from anyascii import anyascii

_HAN: Final = regex.compile(r"\p{Han}")
_LATIN: Final = regex.compile(r"(?<![a-z0-9])[a-z]{1,6}(?![a-z0-9])")
_MIXED: Final = regex.compile(r"\p{Han}\s?[a-z]{1,6}|[a-z]{1,6}\s?\p{Han}")
_LEAST: Final = 3  # characters of a term of which one may be hidden


class Pinyin:
    """Terms of a list, by the pinyin of each of their characters."""

    def __init__(self, terms: Iterable[str]) -> None:
        # By the Latin letters and the character before them, which is empty at the term's beginning.
        self._by_letters: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
        for term in terms:
            if len(term) >= _LEAST and all(map(_HAN.match, term)):
                for at, char in enumerate(term):
                    for letters in {(sound := _sound(char)), sound[:1]} - {""}:
                        self._by_letters[letters, term[max(0, at - 1) : at]].append((term, at))

    def places(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Yield terms with their places. text: in small letters."""
        if not _MIXED.search(text):
            return
        for piece in _LATIN.finditer(text):
            letters, start, end = piece.group(), piece.start(), piece.end()
            begins = self._by_letters.get((letters, ""), ())
            for term, at in (*begins, *self._by_letters.get((letters, text[max(0, start - 1) : start]), ())):
                before, after = term[:at], term[at + 1 :]
                if text[max(0, start - at) : start] == before and text.startswith(after, end):
                    yield term, start - at, end + len(after)


@lru_cache(maxsize=4096)
def _sound(char: str) -> str:
    return anyascii(char).strip().lower()
