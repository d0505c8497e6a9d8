"""A list of banned words, and where a text holds them. Compared NFKC-casefolded, as whole words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Literal

import regex

WordAction = Literal["review", "block"]

# Scripts without spaces between words: there, a banned word matches anywhere.
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")


class WordList:
    """Words and phrases with an action each. Compiled at the first use, for a list may be long."""

    def __init__(self, words: Iterable[tuple[str, WordAction]]) -> None:
        self._words = tuple(words)

    def found_in(self, text: str) -> Iterator[tuple[str, WordAction]]:
        """Yield each word of the list that the text holds once, normalised, in the order of the text."""
        if not self._actions:
            return
        for word in dict.fromkeys(_key(match.group()) for match in self._pattern.finditer(_visible(text))):
            yield word, self._actions.get(word, "block")

    @cached_property
    def _actions(self) -> dict[str, WordAction]:
        return {key: action for text, action in self._words if (key := _key(text))}

    @cached_property
    def _pattern(self) -> regex.Pattern[str]:
        """One alternation for the list, longest word first."""
        alternatives = []
        for key in sorted(self._actions, key=len, reverse=True):
            words = r"\s+".join(regex.escape(part) for part in key.split())
            alternatives.append(
                words if _UNSPACED.search(key) else rf"(?<![\p{{L}}\p{{N}}]){words}(?![\p{{L}}\p{{N}}])"
            )
        return regex.compile("|".join(alternatives))


def _key(text: str) -> str:
    return " ".join(_visible(text).split())


def _visible(text: str) -> str:
    """Normalise by NFKC and case folding, without the invisible characters (Cf) that hide a word from a filter."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    return "".join(c for c in folded if unicodedata.category(c) != "Cf")
