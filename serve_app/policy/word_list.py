"""A list of banned words, and where a text holds them. Compared NFKC-casefolded, as whole words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import regex

from serve_app.policy.text import distinct, normalise

WordAction = Literal["review", "block"]

# Scripts without spaces between words: there, a banned word matches anywhere.
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
_RUN = regex.compile(r"[\p{L}\p{N}]+")
_INVISIBLE = regex.compile(r"\p{Cf}+")


class WordList:
    """Words and phrases with an action each. Sorted at the first use, for a list may be long."""

    def __init__(self, words: Iterable[tuple[str, WordAction]]) -> None:
        self._words = tuple(words)

    def found_in(self, text: str) -> Iterator[tuple[str, WordAction]]:
        """Yield each word of the list that the text holds once, normalised; those of scripts without spaces last."""
        for word in distinct(self._places.found_in(_key(text))):
            yield word, self._actions[word]

    @cached_property
    def _actions(self) -> dict[str, WordAction]:
        return {key: action for text, action in self._words if (key := _key(text))}

    @cached_property
    def _places(self) -> _Places:
        places = _Places()
        for key in sorted(self._actions, key=len, reverse=True):
            first = None if _UNSPACED.search(key) else _RUN.search(key)
            if first is None:
                places.anywhere.append(key)
            else:
                places.by_first.setdefault(first.group(), []).append((key, first.start()))
        return places


@dataclass(frozen=True)
class _Places:
    """Where to look for words: by their first letters or digits, so that thousands cost no more than a few.

    by_first: words, the longest first, with the number of characters before those.
    """

    anywhere: list[str] = field(default_factory=list)
    by_first: dict[str, list[tuple[str, int]]] = field(default_factory=dict)

    def found_in(self, text: str) -> Iterator[str]:
        """Yield the words in a text of single spaces, of several that begin together the longest."""
        end = 0
        for run in _RUN.finditer(text):
            for word, before in self.by_first.get(run.group(), ()):
                at = run.start() - before
                if at >= end and text.startswith(word, at) and _stands_alone(text, at, at + len(word)):
                    end = at + len(word)
                    yield word
                    break
        for word in self.anywhere:
            if word in text:
                yield word


def _stands_alone(text: str, start: int, end: int) -> bool:
    return not (_RUN.match(text[start - 1 : start]) or _RUN.match(text[end : end + 1]))


def _key(text: str) -> str:
    """Normalise by NFKC and case folding, without the invisible characters (Cf) that hide a word from a filter."""
    folded = normalise(text).casefold().replace("\u2019", "'")
    return " ".join(_INVISIBLE.sub("", folded).split())
