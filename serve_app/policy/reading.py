"""A text as the words that it may stand for: written apart, joined, stretched, masked or disguised."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

import regex

from serve_app.policy.folding import Folded, folded, squeezed, undisguised, unstretched
from serve_app.policy.identify import is_frequent
from serve_app.policy.inflection import without_article
from serve_app.policy.unspaced import UNSPACED, hiragana, is_between

WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:(?<=\p{L})'[\p{L}\p{M}]+)?")
# Letters and the signs that stand for letters.
_SIGNED: Final = regex.compile(r"[\p{L}\p{M}\p{N}@$€£!|¡+*#]++")
_SIGN: Final = regex.compile(r"[@$€£!|¡+*#]")
_MASK: Final = regex.compile(r"[*#@%]+")
_GLUE: Final = regex.compile(r"[.\-‐‑–_*·•/|~+=^'’]")  # noqa: RUF001
_SPREAD: Final = regex.compile(r"[^\p{L}\p{N}\n]{1,3}")
_SENTENCE: Final = regex.compile(r"[.!?;:,…\n।。！？，、؟،]")  # noqa: RUF001
_CLUSTER: Final = regex.compile(r"\X")
_ARABIC: Final = regex.compile(r"\p{Arabic}")
_PLAIN: Final = regex.compile(r"[a-z' ,.:;?()\"]*+")
_LONGEST_JOINED: Final = 24
_FEWEST_SPREAD: Final = 3
_LONGEST_PIECE: Final = 3
_FEWEST_DOUBLED: Final = 6  # letters of a word of a list that is found with one of them doubled
_MOST_SPREAD: Final = 300  # letters apart that are read, of one text


class Unit(NamedTuple):
    """What may be one word. first, after: the words of the text that it takes. joined: it was written in pieces."""

    keys: tuple[str, ...]
    first: int
    after: int
    joined: bool = False


class Masked(NamedTuple):
    """A word with letters hidden: "f*ck". pattern: a dot for each hidden letter."""

    pattern: str
    start: int
    end: int


class Unspaced(NamedTuple):
    """The letters of a text without what stands between those of scripts without spaces. at: their places in it."""

    text: str
    kana: str
    at: list[int]


@dataclass(frozen=True)
class Reading:
    """A text for the lists of words. text: NFKC-normalised."""

    source: str
    language: str

    @cached_property
    def folded(self) -> Folded:
        return folded(self.source)

    @cached_property
    def words(self) -> list[tuple[int, int]]:
        """Where words begin and end in the folded text."""
        return [match.span() for match in WORD.finditer(self.folded.text)]

    @cached_property
    def units(self) -> list[Unit]:
        """What each word may stand for, in the order of the words."""
        text = self.folded.text
        units = [
            Unit(_keys(text[start:end], self.language), place, place + 1)
            for place, (start, end) in enumerate(self.words)
        ]
        if _PLAIN.fullmatch(text) is None or _has_letters_apart(text):
            units += [*self._signed(), *self._glued(), *self._spread()]
        return units

    @cached_property
    def keys(self) -> frozenset[str]:
        """All keys of its units."""
        return frozenset(key for unit in self.units for key in unit.keys)

    @cached_property
    def cut(self) -> dict[str, int]:
        """Pairs of words that may be pieces of one, gra tis, joined; with the place of the first.

        The shorter one is no frequent word, as in "casi no".
        """
        text, words = self.folded.text, self.words
        found: dict[str, int] = {}
        for place, ((start, end), (after, stop)) in enumerate(itertools.pairwise(words)):
            size, next_size = end - start, stop - after
            if after - end != 1 or min(size, next_size) > _LONGEST_PIECE or not 3 < size + next_size <= _LONGEST_JOINED:
                continue
            short = text[start:end] if size <= next_size else text[after:stop]
            both_short = size == next_size and not is_frequent(text[after:stop], self.language)
            if text[end] == " " and (both_short or not is_frequent(short, self.language)):
                found.setdefault(text[start:end] + text[after:stop], place)
        return found

    @cached_property
    def masked(self) -> list[Masked]:
        """Words with some of their letters hidden."""
        found = []
        for match in self._with_signs:
            word = match.group().strip("#@!|+")
            start = match.start() + match.group().find(word)
            if len(word) > 3 and word[0].isalpha() and _MASK.search(word[1:]):
                pattern = "".join("." if _MASK.match(letter) else letter for letter in word)
                if 2 * pattern.count(".") <= len(pattern) + 1:
                    found.append(Masked(pattern, start, start + len(word)))
        return found

    @cached_property
    def unspaced(self) -> Unspaced | None:
        """The text for terms of scripts without spaces; None where it has no such letter."""
        text = self.folded.text
        if text.isascii() or not UNSPACED.search(text):
            return None
        kept: list[int] = []
        place, length = 0, len(text)
        while place < length:
            kept.append(place)
            unspaced = UNSPACED.match(text[place])
            place += 1
            if not unspaced:
                continue
            after = place
            while after < length and after - place < 3 and is_between(text[after]):
                after += 1
            if after > place and after < length and UNSPACED.match(text[after]):
                place = after
        letters = "".join(text[one] for one in kept)
        return Unspaced(letters, hiragana(letters), [*kept, length])

    @cached_property
    def _with_signs(self) -> list[regex.Match[str]]:
        if not _SIGN.search(self.folded.text):
            return []
        return [
            match
            for match in _SIGNED.finditer(self.folded.text)
            if len(match.group()) <= 2 * _LONGEST_JOINED and _SIGN.search(match.group())
        ]

    def gap_is_open(self, left: int, right: int) -> bool:
        """Whether no sentence ends between two words, so that they may make a phrase."""
        between = self.folded.text[self.words[left][1] : self.words[right][0]]
        return between == " " or not _SENTENCE.search(between)

    def span(self, first: int, after: int) -> tuple[int, int]:
        """Return where these words stand in the source."""
        return self.folded.span(self.words[first][0], self.words[after - 1][1])

    def _signed(self) -> Iterator[Unit]:
        """Words with signs for letters: $h1t."""
        for match in self._with_signs:
            start, end = match.span()
            places = self._within(start, end)
            if places is None:
                continue
            whole = match.group()
            bare = whole.strip("!*#+|@")
            yield Unit(_distinct([*undisguised(whole, self.language), *undisguised(bare, self.language)]), *places)

    def _within(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the words from `start` to `end`, None where there are none."""
        first = _bisect(self.words, start)
        after = first
        while after < len(self.words) and self.words[after][0] < end:
            after += 1
        return (first, after) if after > first else None

    def _glued(self) -> Iterator[Unit]:
        """Pieces with one sign between them: gra-tis, to.day."""
        text, words = self.folded.text, self.words
        first = 0
        for place in range(1, len(words) + 1):
            between = text[words[place - 1][1] : words[place][0]] if place < len(words) else " "
            if between != " " and _GLUE.fullmatch(between):
                continue
            if place - first > 1:
                word = "".join(text[start:end] for start, end in words[first:place])
                if len(word) <= _LONGEST_JOINED:
                    yield Unit(_keys(word, self.language), first, place, joined=True)
            first = place

    def _spread(self) -> Iterator[Unit]:
        """Letters apart: f r e e. Every part of a run of letters may be a word."""
        text, words = self.folded.text, self.words
        first = letters = 0
        for place in range(len(words) + 1):
            if letters > _MOST_SPREAD:
                return
            if place < len(words) and _is_letter(text[slice(*words[place])]):
                if place == first or _SPREAD.fullmatch(text[words[place - 1][1] : words[place][0]]):
                    continue
                next_first = place
            else:
                next_first = place + 1
            if place - first >= _FEWEST_SPREAD:
                after = min(place, first + _MOST_SPREAD)
                letters += after - first
                yield from self._parts(first, after)
            first = next_first

    def _parts(self, first: int, after: int) -> Iterator[Unit]:
        letters = [self.folded.text[slice(*self.words[place])] for place in range(first, after)]
        for start in range(len(letters)):
            word = ""
            for end in range(start, min(len(letters), start + _LONGEST_JOINED)):
                word += letters[end]
                if end - start + 1 >= _FEWEST_SPREAD:
                    whole = len(letters) <= _LONGEST_JOINED and (start == 0 or end == len(letters) - 1)
                    keys = _keys(word, self.language) if whole else (word,)
                    yield Unit(keys, first + start, first + end + 1, joined=True)


@lru_cache(maxsize=64)
def reading(text: str, language: str) -> Reading:
    """Return the reading of a text, which several lists look at."""
    return Reading(text, language)


@lru_cache(maxsize=16_384)
def _keys(word: str, language: str) -> tuple[str, ...]:
    """Return what a word is looked up as. Stretched words begin with a `~`, those of a doubled letter with `=`."""
    if len(word) > 2 * _LONGEST_JOINED:
        return (word,)
    keys = undisguised(word, language)
    if _ARABIC.search(word):
        keys += without_article(word)
    disguised = len(word) >= _FEWEST_DOUBLED and not word.isalpha()
    keys += ["~" + squeezed(key) for key in keys if disguised or unstretched(key) is not None]
    if len(word) > _FEWEST_DOUBLED and (single := squeezed(word)) != word:
        keys.append("=" + single)
    return _distinct(keys)


def spread_keys(word: str) -> Iterator[str]:
    """Yield the keys of a listed word that is stretched, freeee, and of a long one with a letter doubled, cassino.

    word: without marks.
    """
    single = squeezed(word)
    yield "~" + single
    if len(word) >= _FEWEST_DOUBLED and single == word:
        yield "=" + single


def _distinct(keys: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(keys))


def _is_letter(word: str) -> bool:
    return len(word) == 1 or (len(word) < 8 and not word.isascii() and _CLUSTER.fullmatch(word) is not None)


def _has_letters_apart(text: str) -> bool:
    return _APART.search(text) is not None or "." in text.rstrip(". ") or "'" in text


_APART: Final = regex.compile(r"(?<!\S)\S\s\S\s\S(?!\S)")


def _bisect(words: list[tuple[int, int]], start: int) -> int:
    """Return the first word that ends after `start`."""
    low, high = 0, len(words)
    while low < high:
        middle = (low + high) // 2
        if words[middle][1] > start:
            high = middle
        else:
            low = middle + 1
    return low
