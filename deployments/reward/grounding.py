"""Finds the words of a copy in its facts. Pure. Its function words and number words are English.

A small encoder compares meanings well and spellings badly: "63 letters" and "68 letters" look alike to it. So every
token of a copy has a mark, and the encoder reads the marks beside the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import IntEnum
from itertools import pairwise
from typing import Final, NamedTuple


class Mark(IntEnum):
    """A mark of a token. HELD: the facts have the word; FREE: they do not. CAPITAL: within a sentence, maybe a name.

    NEAR: in the facts the word is close to the content word before it. For a number: it is beside one of the same
    words, since 9 am is not 9 dollars.
    """

    FACTS = 0
    OTHER = 1
    FUNCTION = 2
    HELD = 3
    HELD_NEAR = 4
    FREE = 5
    CAPITAL_HELD = 6
    CAPITAL_FREE = 7
    NUMBER_HELD = 8
    NUMBER_NEAR = 9
    NUMBER_FREE = 10
    CAPITAL_NEAR = 11


class Repeat(IntEnum):
    """Whether the copy repeats a word. RUN: together with the word before it."""

    NONE = 0
    WORD = 1
    RUN = 2


class Word(NamedTuple):
    """A word of a text, from character `start` to `end`."""

    start: int
    end: int
    mark: Mark
    repeat: Repeat


_WORD: Final = re.compile(r"[£$€¥₹₦₩%°]|\d+(?:[.,:/]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")  # noqa: RUF001 - both apostrophes are meant
_SENTENCE_START: Final = re.compile(r"(?:^|[.!?:…]\s|[\"“'‘(])\W*$")  # noqa: RUF001 - typographic quotes are meant
_NEAR: Final = 4
"""The largest distance of near content words."""
_FUNCTION_WORDS: Final = """
a about after again all also am an and any are as at be been before being both but by can could did do does
doing don't down each even every few for from get gets go goes had has have he he's her here here's hers him his
how i i'm if in into is isn't it it's its just like made make makes may me might more most much must my no nor
not now of off on once one only or other our out over own s same say says she she's should so some still such t
than that that's the their them then there there's these they they're this those through to too under until up
us very was wasn't we we're were what what's when where which while who who's whom why will with won't would you
you'll your you're yours
"""
_FUNCTION: Final = frozenset(_FUNCTION_WORDS.split())
_UNITS: Final = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty
"""
_TENS: Final = "thirty forty fifty sixty seventy eighty ninety"
_ORDINALS: Final = "first second third fourth fifth sixth seventh eighth ninth tenth"
_NUMBERS: Final[dict[str, str]] = {
    **{word: str(number) for number, word in enumerate(_UNITS.split()) if number > 1},
    **{word: str(10 * number) for number, word in enumerate(_TENS.split(), start=3)},
    **{word: str(number) for number, word in enumerate(_ORDINALS.split(), start=1) if number > 1},
    "twice": "2", "dozen": "12", "hundred": "100", "thousand": "1000",
}  # fmt: skip
_SUFFIXES: Final = ("ings", "ing", "ies", "ied", "ers", "ed", "es", "er", "ly", "s", "e", "y")


def words(text: str) -> list[tuple[int, int, str]]:
    """Return every word with its place and its normal form, which other forms of the word share."""
    return [(hit.start(), hit.end(), _normal(hit.group())) for hit in _WORD.finditer(text)]


class Facts:
    """The words of one item's facts, which its copies are marked by."""

    def __init__(self, text: str) -> None:
        self._places: dict[str, list[int]] = {}
        forms = [form for _, _, form in words(text)]
        self._runs = {*pairwise(forms)}
        content = [form for form in forms if form not in _FUNCTION]
        for place, form in enumerate(content):
            self._places.setdefault(form, []).append(place)
        self._beside = {pair for one, other in pairwise(content) for pair in ((one, other), (other, one))}

    def wording(self, *fields: str) -> float:
        """Return the share of the copy's word pairs that are neighbours in the facts too, 0 to 1."""
        pairs = [pair for text in fields for pair in pairwise(form for _, _, form in words(text))]
        return sum(pair in self._runs for pair in pairs) / len(pairs) if pairs else 0.0

    def marks(self, *fields: str) -> list[list[Word]]:
        """Mark the words of each field of one copy, in reading order."""
        used_forms: set[str] = set()
        runs: set[tuple[str, str]] = set()
        return [self._field(text, used_forms, runs) for text in fields]

    def _field(self, text: str, used_forms: set[str], runs: set[tuple[str, str]]) -> list[Word]:
        """Mark one field. used_forms, runs: words and word pairs so far, to which this field adds its own."""
        entries = words(text)
        capitals = _capitals(text, [(start, end) for start, end, _ in entries])
        marked: list[Word] = []
        content = last = ""
        for at, ((start, end, form), capital) in enumerate(zip(entries, capitals, strict=True)):
            function = form in _FUNCTION
            repeated = not function and form in used_forms
            repeat = Repeat.RUN if (last, form) in runs else Repeat.WORD if repeated else Repeat.NONE
            after = next((other for _, _, other in entries[at + 1 :] if other not in _FUNCTION), "")
            marked.append(Word(start, end, self._mark(form, content, after, capital), repeat))
            used_forms.add(form)
            runs.add((last, form))
            last, content = form, content if function else form
        return marked

    def _mark(self, form: str, before: str, after: str, capital: bool) -> Mark:
        """Mark one word. before, after: the content words around it."""
        if form in _FUNCTION:
            return Mark.FUNCTION
        if not form[0].isalnum():
            return Mark.OTHER
        in_facts = form in self._places
        if form[0].isdigit():
            beside = (before, form) in self._beside or (form, after) in self._beside
            return Mark.NUMBER_NEAR if beside else Mark.NUMBER_HELD if in_facts else Mark.NUMBER_FREE
        near = in_facts and self._near(before, form)
        if capital:
            return Mark.CAPITAL_NEAR if near else Mark.CAPITAL_HELD if in_facts else Mark.CAPITAL_FREE
        return Mark.HELD_NEAR if near else Mark.HELD if in_facts else Mark.FREE

    def _near(self, one: str, other: str) -> bool:
        pairs = ((a, b) for a in self._places.get(one, ()) for b in self._places[other])
        return any(0 < abs(a - b) <= _NEAR for a, b in pairs)


def _normal(word: str) -> str:
    word = word.casefold().replace("’", "'")  # noqa: RUF001 - the typographic one is meant
    if word[0].isdigit():
        return word.replace(",", "")
    if word in _FUNCTION:
        return word
    word = word.removesuffix("'s")
    if word in _NUMBERS:
        return _NUMBERS[word]
    for _ in range(2):  # "stays" is "stay", and so "sta", as "stay" is
        suffix = next((s for s in _SUFFIXES if word.endswith(s) and len(word) - len(s) >= 3), "")
        word = word.removesuffix(suffix)
    # "stopped" and "stop", "running" and "run".
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


def _capitals(text: str, places: Sequence[tuple[int, int]]) -> Iterable[bool]:
    """Flag words with an unusual capital: not at the start of a sentence, nor In A Title Like This."""
    upper = [text[start].isupper() for start, _ in places]
    long = [text[start].isupper() for start, end in places if end - start > 3]
    if sum(long) > 0.6 * len(long) and len(long) > 2:
        return [False] * len(places)
    starts = [_SENTENCE_START.search(text, 0, start) is not None for start, _ in places]
    return [is_upper and not is_start for is_upper, is_start in zip(upper, starts, strict=True)]
