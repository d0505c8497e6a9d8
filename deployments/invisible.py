"""Invisible characters: which carry a meaning, and text without the others. Pure.

A soft hyphen or a zero-width space says nothing, and a model that reads one writes one. A joiner shapes a word in
Persian and Hindi, a selector an emoji: these stay. Cleaning and the policy ask the same function, so that they agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import regex

# Every character that may be meaningless: a quick look, because most text has none.
_SUSPECT: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u2800\u3164\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_RIGHT_TO_LEFT: Final = regex.compile(r"[[\p{bc=R}\p{bc=AL}]&&\p{L}]", regex.VERSION1)

# Scripts whose letters change their form beside a joiner (U+200C, U+200D).
_JOINED: Final = (
    r"[[\p{Arabic}\p{Syriac}\p{Nko}\p{Mongolian}\p{Mandaic}\p{Phags_Pa}\p{Adlam}\p{Hanifi_Rohingya}\p{Devanagari}"
    r"\p{Bengali}\p{Gurmukhi}\p{Gujarati}\p{Oriya}\p{Tamil}\p{Telugu}\p{Kannada}\p{Malayalam}\p{Sinhala}\p{Khmer}"
    r"\p{Myanmar}\p{Thai}\p{Tibetan}\p{Balinese}\p{Javanese}\p{Limbu}\p{Tai_Tham}]&&[\p{L}\p{M}]]"
)
# Scripts without spaces, in which a zero-width space parts words.
_UNSPACED: Final = r"[[\p{Khmer}\p{Thai}\p{Lao}\p{Myanmar}]&&[\p{L}\p{M}]]"

_PICTURE: Final = r"\p{Extended_Pictographic}"
_FLAG: Final = r"\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,6}\U000e007f"


def _after(before: str, char: str) -> str:
    """The pattern of a character that follows another. The character is tried first, which most others fail."""
    return f"{char}(?<=(?:{before}){char})"


# A character in one of these contexts carries a meaning.
_KEPT: Final = (
    _after(_JOINED, r"[\u200c\u200d]"),
    rf"[\u200c\u200d](?={_JOINED})",
    _after(rf"{_PICTURE}[\ufe0e\ufe0f]?|[\U0001f3fb-\U0001f3ff]", r"\u200d") + f"(?={_PICTURE})",
    _after(_PICTURE, r"[\ufe0e\ufe0f]"),
    _after(r"[0-9#*]", r"[\ufe0e\ufe0f]") + r"(?=\u20e3)",
    _after(_UNSPACED, r"\u200b") + f"(?={_UNSPACED})",
    _after(r"[\p{Han}\p{Sm}\p{Myanmar}\p{Phags_Pa}]", r"[\ufe00-\ufe02]"),
    _after(r"\p{Han}", r"[\U000e0100-\U000e01ef]"),
    _FLAG,
    _after(r"\p{Mongolian}", r"[\u180b-\u180f]"),
    _after(r"[\u1100-\u115e\ua960-\ua97c]", r"\u1160"),
    r"\u115f(?=[\u1161-\u11a7])",
    _after(r"\p{Hebrew}", r"\u034f") + r"(?=\p{M})",
    _after(r"[\u2801-\u28ff]", r"\u2800"),
    r"\u2800(?=[\u2801-\u28ff])",
)
# Marks of direction, and pairs that enclose a passage. They carry a meaning in text that is written from right to left.
_DIRECTIONS: Final = (
    r"[\u061c\u200e\u200f]",
    r"[\u202a\u202b](?=[^\u202a-\u202e]*\u202c)",
    _after(r"[\u202a\u202b][^\u202a-\u202e]*", r"\u202c"),
    r"[\u2066-\u2068](?=[^\u2066-\u2069]*\u2069)",
    _after(r"[\u2066-\u2068][^\u2066-\u2069]*", r"\u2069"),
)


def _meaningless(*kept: str) -> regex.Pattern[str]:
    return regex.compile(rf"(?:{'|'.join(kept)})(*SKIP)(*FAIL)|{_SUSPECT.pattern}", regex.VERSION1)


_MEANINGLESS: Final = _meaningless(*_KEPT)
_MEANINGLESS_RIGHT_TO_LEFT: Final = _meaningless(*_KEPT, *_DIRECTIONS)

# Controls that a reader of Windows-1252 took for Latin-1: \x92 is an apostrophe. Others part lines or words.
_WINDOWS: Final = {
    chr(code): char
    for code in range(0x80, 0xA0)
    if code != 0x85 and (char := bytes([code]).decode("cp1252", errors="ignore"))
}
_SPACES: Final = dict.fromkeys("\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2800", " ")
_MEANT: Final = _WINDOWS | _SPACES


def invisible(text: str) -> Iterator[str]:
    """Yield the invisible characters that carry no meaning where they stand."""
    if _SUSPECT.search(text):
        for match in _pattern(text).finditer(text):
            yield match.group()


def without_invisible(text: str) -> str:
    """Take out the invisible characters that carry no meaning; a control that stands for a character becomes it."""
    if not _SUSPECT.search(text):
        return text
    return _pattern(text).sub(lambda match: _MEANT.get(match.group(), ""), text)


def _pattern(text: str) -> regex.Pattern[str]:
    return _MEANINGLESS_RIGHT_TO_LEFT if _RIGHT_TO_LEFT.search(text) else _MEANINGLESS
