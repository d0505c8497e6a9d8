"""A list of words and phrases, and where a text holds them: in a plain inflection, and in disguise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal, NamedTuple

from serve_app.policy.conjugation import INFLECTED
from serve_app.policy.folding import folded, plain_letters
from serve_app.policy.inflection import forms
from serve_app.policy.pinyin import Pinyin
from serve_app.policy.reading import WORD, Masked, Reading, Unit, reading, spread_keys
from serve_app.policy.text import normalise
from serve_app.policy.unspaced import UNSPACED, hiragana, inflected, is_word

WordAction = Literal["review", "rewrite", "block"]
_ACTIONS: Final[dict[str, WordAction]] = {"BLOCK": "block", "REVIEW": "review", "REWRITE": "rewrite"}
_FEWEST_MASKED: Final = 4  # letters of a word that is found with some of them hidden
_FEWEST_STRETCHED: Final = 3
_LONG_UNSPACED: Final = 3
_CHINESE: Final = "zh"
_MOST_INFLECTED: Final = 2_000  # words of a list whose verbs are inflected: each has a hundred forms
_MOST_WINDOWS: Final = 20  # looks at where words begin, a term and text


class Found(NamedTuple):
    """A word of a list in a text, and the place there."""

    word: str
    action: WordAction
    start: int
    end: int


def of_severities(terms: Mapping[str, Literal["BLOCK", "REVIEW", "REWRITE"]]) -> WordList:
    """Return the list of a caller's own terms."""
    return WordList((term, _ACTIONS[severity]) for term, severity in terms.items())


@dataclass(frozen=True)
class _Index:
    """Words by what a text is compared with.

    by_key: words and phrases by their first word. joined: by all their letters. masked: words by first letter and
    length. unspaced: terms of scripts without spaces, by their first two letters.
    """

    by_key: dict[str, list[tuple[str, tuple[frozenset[str], ...]]]] = field(default_factory=lambda: defaultdict(list))
    joined: dict[str, str] = field(default_factory=dict)
    masked: dict[tuple[str, int], list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    unspaced: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    signs: list[str] = field(default_factory=list)


class WordList:
    """Words and phrases with an action each. Sorted at the first use, for a list may be long.

    exceptions: phrases inside which a word of the list is none. known: an editor has written them down, so that long
    terms of scripts without spaces are found wherever they stand; otherwise only where they are words of their own.
    """

    def __init__(
        self, words: Iterable[tuple[str, WordAction]], exceptions: Iterable[str] = (), *, known: bool = False
    ) -> None:
        self._words = {key: action for word, action in words if (key := _key(word))}
        self._exceptions = tuple(filter(None, map(_key, exceptions)))
        self._known = known

    def found_in(self, text: str, language: str = "") -> Iterator[Found]:
        """Yield the first place of each word of the list that the text holds. text: NFKC-normalised."""
        if not self._words:
            return
        read = reading(text, language)
        seen: set[str] = set()
        for word, start, end in self._places(read):
            if word not in seen and not self._is_excepted(read, start, end):
                seen.add(word)
                yield Found(word, self._words[word], *read.folded.span(start, end))

    def _places(self, read: Reading) -> Iterator[tuple[str, int, int]]:
        """Yield words with their places in the folded text."""
        index = self._index_of(read.language)
        if index.by_key or index.joined:
            yield from _spaced(index, read)
        for masked in read.masked:
            yield from _under(index, masked)
        if index.unspaced:
            yield from self._unspaced(read, index)
        if index.unspaced and self._known and read.language == _CHINESE:
            yield from self._pinyin.places(read.folded.text)
        for word in index.signs:
            if (at := read.folded.text.find(word)) >= 0:
                yield word, at, at + len(word)

    def _is_excepted(self, read: Reading, start: int, end: int) -> bool:
        text = read.folded.text
        for phrase in self._exceptions:
            around = max(0, end - len(phrase))
            if text.find(phrase, around, start + len(phrase)) >= 0:
                return True
        return False

    def _unspaced(self, read: Reading, index: _Index) -> Iterator[tuple[str, int, int]]:
        letters = read.unspaced
        if letters is None:
            return
        windows: dict[str, int] = defaultdict(int)
        for place in range(len(letters.kana)):
            first, both = letters.kana[place], letters.kana[place : place + 2]
            for key, word in (*index.unspaced.get(both, ()), *index.unspaced.get(first, ())):
                if not letters.kana.startswith(key, place):
                    continue
                end = place + len(key)
                start_at, end_at = letters.at[place], letters.at[end - 1] + 1
                windows[word] += 1
                known = self._known and len(key) >= _LONG_UNSPACED
                if known or (windows[word] <= _MOST_WINDOWS and _stands_alone(read, word, place, end)):
                    yield word, start_at, end_at

    @cached_property
    def _pinyin(self) -> Pinyin:
        return Pinyin(self._words)

    def _index_of(self, language: str) -> _Index:
        """Return the words for texts of a language: one index for all, but of languages that inflect by themselves."""
        key = language if language in INFLECTED and len(self._words) <= _MOST_INFLECTED else ""
        if key not in self._indexes:
            self._indexes[key] = self._indexed(key)
        return self._indexes[key]

    @cached_property
    def _indexes(self) -> dict[str, _Index]:
        return {}

    def _indexed(self, language: str) -> _Index:
        index = _Index()
        for word in sorted(self._words, key=len, reverse=True):
            if UNSPACED.search(word):
                for key in inflected(word):
                    index.unspaced[hiragana(key)[:2]].append((hiragana(key), word))
            else:
                _add_spaced(index, word, language)
        return index


def _stands_alone(read: Reading, word: str, start: int, end: int) -> bool:
    letters = read.unspaced
    if letters is None:
        return False
    is_inflected = end - start != len(word) or letters.kana[end - 1] != hiragana(word)[-1]
    return is_inflected or is_word(letters.text, start, end, read.language)


def _add_spaced(index: _Index, word: str, language: str) -> None:
    parts = tuple(WORD.findall(word))
    if not parts or _is_signed(word, parts):
        index.signs.append(word)
        return
    rest = tuple(frozenset(_spellings(part, language)) for part in parts[1:])
    for first in _spellings(parts[0], language):
        index.by_key[first].append((word, rest))
    joined = "".join(parts)
    for spelling in _spellings(joined, language):
        index.joined.setdefault(spelling, word)
    if len(parts) == 1 and len(joined) >= _FEWEST_MASKED:
        for spelling in forms(joined, language):
            index.masked[spelling[0], len(spelling)].append((spelling, word))


def _is_signed(word: str, parts: tuple[str, ...]) -> bool:
    """Whether signs at the end make the word another: c++, 100% free is none."""
    return len(parts) == 1 and word != parts[0] and len(parts[0]) < _FEWEST_STRETCHED


def _spellings(word: str, language: str) -> set[str]:
    """Return the keys of a word: its inflections, also without their marks, and stretched."""
    found = forms(word, language)
    found |= {plain_letters(form, "ñ") for form in found}
    if len(word) >= _FEWEST_STRETCHED:
        plain = {plain_letters(form) for form in forms(word)}
        found |= {key for form in plain for key in spread_keys(form)}
    return found


def _spaced(index: _Index, read: Reading) -> Iterator[tuple[str, int, int]]:
    if not (index.by_key.keys().isdisjoint(read.keys) and index.joined.keys().isdisjoint(read.keys)):
        yield from _units(index, read)
    for key in index.joined.keys() & read.cut.keys():
        place = read.cut[key]
        yield index.joined[key], read.words[place][0], read.words[place + 1][1]


def _units(index: _Index, read: Reading) -> Iterator[tuple[str, int, int]]:
    units: dict[int, list[Unit]] | None = None
    for unit in read.units:
        for key in unit.keys:
            if unit.joined and (word := index.joined.get(key)):
                yield word, read.words[unit.first][0], read.words[unit.after - 1][1]
            for word, rest in index.by_key.get(key, ()):
                if rest and units is None:
                    units = defaultdict(list)
                    for one in read.units:
                        units[one.first].append(one)
                after = _end_of(rest, unit.after, units, read) if rest and units is not None else unit.after
                if after is not None:
                    yield word, read.words[unit.first][0], read.words[after - 1][1]


def _end_of(rest: tuple[frozenset[str], ...], place: int, units: dict[int, list[Unit]], read: Reading) -> int | None:
    """Return the word after a phrase whose first word ends before `place`, None where the others do not follow."""
    for spellings in rest:
        if place >= len(read.words) or not read.gap_is_open(place - 1, place):
            return None
        unit = next((u for u in units.get(place, ()) if not spellings.isdisjoint(u.keys)), None)
        if unit is None:
            return None
        place = unit.after
    return place


def _under(index: _Index, masked: Masked) -> Iterator[tuple[str, int, int]]:
    for spelling, word in index.masked.get((masked.pattern[0], len(masked.pattern)), ()):
        if all(hidden in (".", letter) for hidden, letter in zip(masked.pattern, spelling, strict=True)):
            yield word, masked.start, masked.end


def _key(word: str) -> str:
    return " ".join(folded(normalise(word)).text.split())
