"""Miracle cures: a named disease gone in some days, at the root, or for good. No market lets one advertise so."""

# ruff: noqa: RUF001 - the letters and marks of other scripts are meant

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final, NamedTuple

import regex
import yaml

from serve_app.policy.cues import Cued, whole_words
from serve_app.policy.text import SPACELESS, normalise

# What stands for each of the three, the most telling first.
_PARTS: Final = {
    "diseases": "disease",
    "homographs": "disease",
    "heals": "cure",
    "after": "cure",
    "ends": "cure",
    "wonders": "wonder",
}
_OF_CURES: Final = frozenset(("diseases", "heals"))
_NUMBER: Final = r"(?:\d{1,3}|[\p{L}\p{M}]{2,12})"
_UNSPACED_NUMBER: Final = r"[\d一二三四五六七八九十两兩]{1,3}"
_PREFIXES: Final = {"ar": r"[وفبك]?(?:ال)?"}
_CLAUSE: Final = r"(?P<mark>[.!?:;,。！？：；，、،؛؟।॥…\n])"
_SENTENCE: Final = regex.compile(r"[.!?。！？؟।॥…\n]")
_NEVER: Final = r"(?!)"
_GAP: Final = 24  # characters between two of the three
_NEGATION: Final = 40  # characters before a cure that may negate it
_BEFORE: Final = 160
_AFTER: Final = 80


class Cure(NamedTuple):
    """A claim and its place. sure: whether the text makes it: no question, negation, or report of somebody else's."""

    start: int
    end: int
    sure: bool


class _Word(NamedTuple):
    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class _Words:
    """Patterns of one language; see `cures.yaml`. cue: is in every text that names a disease. words: of all _PARTS."""

    cue: Cued
    words: regex.Pattern[str]
    apart: regex.Pattern[str]
    not_before: regex.Pattern[str]
    not_after: regex.Pattern[str]
    doubts: regex.Pattern[str]
    asks: regex.Pattern[str]
    offers: regex.Pattern[str]


def miracle_cures(text: str, language: str) -> Iterator[Cure]:
    """Yield what a text promises. text: NFKC-normalised."""
    words = _words_of(language)
    if words is None or words.cue.search(text) is None:
        return
    last: dict[str, _Word] = {}  # of this clause, by what it is in the claim
    for match in words.words.finditer(text):
        if match.lastgroup == "mark":
            last.clear()
            continue
        word = _Word(str(match.lastgroup), match.start(), match.end())
        last[_PARTS[word.kind]] = word
        if len(last) == 3 and _is_claim(last, text, words):
            start = min(one.start for one in last.values())
            yield Cure(start, word.end, not _is_doubted(text, start, word.end, words))
            last.clear()


def is_doubted(text: str, start: int, end: int, language: str) -> bool:
    """Whether these words of a text are about a cure that it denies, asks for, or tells of."""
    words = _words_of(language)
    if words is None or not any(m.lastgroup in _OF_CURES for m in words.words.finditer(text, start, end)):
        return False
    return _is_doubted(text, start, end, words)


def is_told(text: str, start: int, end: int, language: str, *, asks: bool = True) -> bool:
    """Whether the sentence of these words denies them or tells of what somebody else claims. asks: or asks for them."""
    words = _words_of(language)
    return words is not None and _is_doubted(text, start, end, words, asks=asks)


def _is_claim(last: dict[str, _Word], text: str, words: _Words) -> bool:
    """Whether the three stand together, and the cure may be said of that disease."""
    first, second, third = sorted(last.values(), key=lambda word: word.start)
    gaps = ((first.end, second.start), (second.end, third.start))
    if any(after - before > _GAP or words.apart.search(text, before, after) for before, after in gaps):
        return False
    disease, cure = last["disease"], last["cure"]
    if cure.kind == "after" and text[disease.end : cure.start] != " ":
        return False
    return disease.kind != "homographs" or cure.kind == "heals"


def _is_doubted(text: str, start: int, end: int, words: _Words, *, asks: bool = True) -> bool:
    before = _SENTENCE.split(text[max(0, start - _BEFORE) : start])[-1]
    behind = text[end : end + _AFTER]
    mark = _SENTENCE.search(behind)
    sentence = before + text[start:end] + (behind[: mark.start()] if mark else behind)
    asked = bool(mark and mark.group() in "?？؟") or words.asks.search(sentence) is not None
    if asks and asked and not words.offers.search(sentence):
        return True
    if words.doubts.search(sentence) or words.not_after.search(behind):
        return True
    cures = [m for m in words.words.finditer(text, start, end) if _PARTS.get(str(m.lastgroup)) == "cure"]
    return any(words.not_after.search(text[cure.end() : cure.end() + _AFTER]) for cure in cures) or any(
        words.not_before.search(text[max(0, at - _NEGATION) : at]) for at in (start, *(cure.start() for cure in cures))
    )


@lru_cache(maxsize=64)
def _words_of(language: str) -> _Words | None:
    own = _table().get(language)
    if own is None:
        return None
    number = _UNSPACED_NUMBER if language in SPACELESS else _NUMBER

    def compiled(source: str) -> regex.Pattern[str]:
        return regex.compile(source, regex.IGNORECASE)

    def listed(key: str) -> regex.Pattern[str]:
        return compiled(whole_words(own[key], language, _PREFIXES.get(language, "")) if key in own else _NEVER)

    groups = "|".join(f"(?P<{kind}>{own[kind]})" for kind in _PARTS if kind in own).replace("NUMBER", number)
    return _Words(
        Cued("|".join(own[kind] for kind in ("diseases", "homographs") if kind in own)),
        compiled(f"{whole_words(groups, language)}|{_CLAUSE}"),
        listed("apart"),
        compiled(own.get("not_before", _NEVER)),
        compiled(own.get("not_after", _NEVER)),
        listed("doubts"),
        compiled(own.get("asks", _NEVER)),
        listed("offers"),
    )


@cache
def _table() -> dict[str, dict[str, str]]:
    table = yaml.safe_load((files(__package__) / "cures.yaml").read_text(encoding="utf-8"))
    return {language: {key: normalise(source) for key, source in row.items()} for language, row in table.items()}
