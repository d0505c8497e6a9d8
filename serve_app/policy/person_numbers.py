# ruff: noqa: RUF001 - the letters of other scripts are meant
"""Numbers by which a person is reached, paid or known, in a text whose digits are ASCII."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

import regex

from serve_app.policy.cues import Cued
from serve_app.policy.text import digits as only_digits

_CUE_REACH: Final = 28  # characters between a cue and its number
_LONGEST: Final = 24
_RUN: Final = regex.compile(
    r"(?<![\p{Latin}\p{Cyrillic}\p{N}_.,/])(?:\+|00)?\s?[(\[]?\d(?:[\s.\-‐-―()\[\]/·]{0,3}+\d)*+"
)
_SEPARATOR: Final = regex.compile(r"[^\d+]+")
_OTHER_DIGIT: Final = regex.compile(r"[^\P{Nd}0-9]")
_HAN_DIGITS: Final = dict(zip("〇零一幺二三四五六七八九", "001123456789", strict=True))
_HAN_RUN: Final = regex.compile(r"[〇零一幺二三四五六七八九](?:[\-‐-―ー・の,、\s]?[〇零一幺二三四五六七八九]){6,20}+")
DATE: Final = regex.compile(
    r"(?:19|20)\d\d[\s.\-/]\d{1,2}[\s.\-/]\d{1,2}(?:\D|$)|\d{1,2}[.\-/]\d{1,2}[.\-/](?:19|20)\d\d(?:\D|$)"
    r"|(?:19|20)\d\d\s?[-–—/]\s?(?:19|20)\d\d$"
)


class Number(NamedTuple):
    """A number in a text. rule: the id of its finding. digits: without the marks between them."""

    rule: str
    start: int
    end: int
    digits: str
    is_sure: bool = True


class Run(NamedTuple):
    """Digits with the marks between them. groups: their lengths. before, after: the text around."""

    text: str
    start: int
    end: int
    digits: str
    groups: tuple[int, ...]
    before: str
    after: str


def with_ascii_digits(text: str) -> str:
    """Return a text of the same length with ASCII digits, also for long numbers in Han digits."""
    if text.isascii():
        return text
    text = _OTHER_DIGIT.sub(lambda match: str(unicodedata.decimal(match.group(), match.group())), text)
    return _HAN_RUN.sub(
        lambda match: "".join("-" if one in "ー・の,、" else _HAN_DIGITS.get(one, one) for one in match.group()), text
    )


def runs(text: str) -> Iterator[Run]:
    """Yield rows of 7 to 24 digits."""
    for match in _RUN.finditer(text):
        digits = only_digits(match.group())
        if 7 <= len(digits) <= _LONGEST:
            written = match.group().lstrip()
            groups = tuple(len(part) for part in _SEPARATOR.split(written.strip("+([ ")) if part)
            before = text[max(0, match.start() - _CUE_REACH) : match.start()]
            after = text[match.end() : match.end() + _CUE_REACH]
            yield Run(written, match.end() - len(written), match.end(), digits, groups, before, after)


def words(*patterns: str) -> Cued:
    """Return a pattern of any of these, in any case."""
    return Cued("|".join(patterns))


_SENTENCE_END: Final = regex.compile(r"(?<!\bno)(?<!\bn[oº])[.!?。！？]\s", regex.IGNORECASE)


def after_cue(text: str, cue: Cued, number: regex.Pattern[str], rule: str, fewest: int) -> Iterator[Number]:
    """Yield the numbers of at least `fewest` digits that follow a cue closely, in its sentence."""
    for match in cue.finditer(text):
        near = text[match.end() : match.end() + 2 * _CUE_REACH]
        found = number.search(near)
        if found is None or found.start() > _CUE_REACH or _SENTENCE_END.search(near[: found.start()]):
            continue
        digits = only_digits(found.group())
        if len(digits) >= fewest and not DATE.match(found.group()):
            yield Number(rule, match.end() + found.start(), match.end() + found.end(), digits)
