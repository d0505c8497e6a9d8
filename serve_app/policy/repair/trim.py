"""Shortening at the end of a sentence or, where that is safe, of a clause."""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

import regex

from serve_app.policy.repair.words import ABBREVIATIONS, LIMITING, OPENERS

_LEAST_SHARE: Final = 0.4
"""Of the characters that must be left."""
_MOST_TRIES: Final = 20
_LEAST_WORDS: Final = 3
_LEAST_LETTERS: Final = 6  # of a script without spaces
_UNSPACED: Final = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]")
_WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}]++(?:['’][\p{L}\p{M}]++)*+")

_CLOSING: Final = r"[\"'”’»)\]」』）》】]*+"
_STOP: Final = regex.compile(rf"(?:[.!?…؟۔।]++\uFE0F?{_CLOSING}(?=\s|$)|[。！？｡]++{_CLOSING})")
_CLAUSE: Final = regex.compile(r"[,;،؛](?=\s)|[，、；]|\s[-–—](?=\s)|(?<=\w)—(?=\w)")
# Nothing is cut in these: placeholders, quotations, brackets. One that is not closed goes on to the end.
_WHOLE: Final = regex.compile(
    r"""\{\{(?:[^}]|\}(?!\}))*+(?:\}\})? | \{%(?:[^%]|%(?!\}))*+(?:%\})? | \{[^{}]*+\}? | \[[^\[\]]*+\]?
    | \*\|[^|]*+(?:\|\*)? | %\w++% | \([^()]*+\)? | （[^（）]*+）? | 【[^【】]*+】? | 《[^《》]*+》?
    | "[^"]*+"? | “[^”]*+”? | „[^“”]*+[“”]? | «[^»]*+»? | 「[^」]*+」? | 『[^』]*+』?
    | (?<!\w)['‘](?:[^'’]|['’](?=\w))*+['’]?""",
    regex.VERBOSE,
)


def trim(text: str, passes: Callable[[str], bool], language: str, *, sentences_only: bool = False) -> str:
    """Return the longest beginning that passes and can stand alone; the text itself where there is none.

    Ends of sentences come first. A clause is not cut from a question, after an opening that needs it ("If ..."), nor
    where the rest limits what was said ("but ...", "only ..."). sentences_only: for a text that breaks off.
    """
    whole = [match.span() for match in _WHOLE.finditer(text)]
    least = _LEAST_SHARE * len(text)

    def stands(end: int) -> bool:
        return len(text[:end].strip()) >= least and not any(start < end < stop for start, stop in whole)

    stops = [match.end() for match in _STOP.finditer(text) if _ends_a_sentence(text, match)]
    ends = [(text[:end].strip()) for end in reversed(stops) if stands(end) and text[end:].strip()]
    if not sentences_only:
        ends += [text[:end].rstrip() + mark for end, mark in _clauses(text, stops, language) if stands(end)]
    long_enough = (end for end in ends if _says_enough(end))
    return next((end for end in islice(long_enough, _MOST_TRIES) if passes(end)), text)


def _ends_a_sentence(text: str, match: regex.Match[str]) -> bool:
    """Whether the stop ends a sentence, and not an abbreviation, an initial, or a name such as "Yahoo! answers"."""
    after = text[match.end() :].lstrip()
    if after and after[0].islower():
        return False
    before = _WORD.findall(text[max(0, match.start() - 20) : match.start()])
    if not match.group().startswith(".") or not before:
        return True
    return not (len(before[-1]) == 1 and before[-1].isalpha()) and before[-1].casefold() not in ABBREVIATIONS


def _clauses(text: str, stops: list[int], language: str) -> Iterator[tuple[int, str]]:
    """Yield the ends of first clauses, the last first, with the stop of their sentence where it is a full stop."""
    sentences = list(zip([0, *stops], [*stops, len(text)], strict=True))
    for start, end in reversed(sentences):
        clause = _CLAUSE.search(text, start, end)
        sentence = text[start:end].strip()
        if clause is None or sentence.endswith(("?", "？", "؟")):
            continue
        opening = _WORD.search(text, start, end)
        if opening is not None and opening.group().casefold() in OPENERS.get(language, ()):
            continue
        if not _limits(text[clause.end() :], language):
            yield clause.start(), sentence[-1] if sentence[-1:] in {".", "。", "।", "۔"} else ""


def _limits(rest: str, language: str) -> bool:
    limiting = LIMITING.get(language)
    if limiting is None:
        return True  # nobody can tell
    if _UNSPACED.search(rest):
        return any(word in rest for word in limiting)
    return any(word.casefold() in limiting for word in _WORD.findall(rest)) or "*" in rest


def _says_enough(text: str) -> bool:
    if _UNSPACED.search(text):
        return sum(map(len, _WORD.findall(text))) >= _LEAST_LETTERS
    return len(_WORD.findall(text)) >= _LEAST_WORDS
