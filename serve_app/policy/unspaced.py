# ruff: noqa: RUF001 - the letters of other scripts are meant
"""Terms of scripts without spaces between words: where a word begins and ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex
from icu4py.breakers import WordBreaker

UNSPACED: Final = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}ー\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
# Between two such letters: what breaks a word up and is no punctuation of a sentence.
_BETWEEN: Final = regex.compile(r"[\s·•・‧∙⋅.*＊\-‐‑‒–—_~～〜/|+=#^`'\p{So}\p{Sk}\p{Cf}]")
_HAN: Final = regex.compile(r"\p{Han}")
_KATAKANA: Final = regex.compile(r"[\p{Katakana}ー]")
_KATAKANA_WORD: Final = 4  # shorter ones are pieces of other words, as パン in フライパン
_AROUND: Final = 12  # characters on each side that decide where words begin
_BOUND: Final = frozenset("务務据據")  # end words, and are none
_TO_HIRAGANA: Final = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
# The rows of a verb's last letter, whose other letters its inflections begin with.
_VERB_ROWS: Final = dict(
    zip(
        "るうつくぐすぬぶむ",
        (
            "らりれろっますたてなよ",
            "わいえおっ",
            "たちてとっ",
            "かきけこい",
            "がぎげごい",
            "さしせそ",
            "なにねのん",
            "ばびべぼん",
            "まみめもん",
        ),
        strict=True,
    )
)


def hiragana(text: str) -> str:
    return text.translate(_TO_HIRAGANA)


def inflected(term: str) -> Iterator[str]:
    """Yield a Japanese verb or adjective up to the letter that its inflections begin with; else the term alone."""
    yield term
    if len(term) < 3 or not regex.search(r"\p{Han}", term[:-1]):
        return
    if term[-1] in _VERB_ROWS:
        yield from (term[:-1] + letter for letter in _VERB_ROWS[term[-1]])
    elif term[-1] == "い":
        yield from (term[:-1] + letter for letter in ("く", "かっ", "け", "さ"))


def is_between(letter: str) -> bool:
    return bool(_BETWEEN.match(letter))


def is_word(text: str, start: int, end: int, language: str) -> bool:
    """Whether the letters are words of their own, and no part of others.

    text: without what stands between letters.
    """
    first = max(0, start - _AROUND)
    window = text[first : end + _AROUND]
    edges = {0, len(window)}
    for begins, ends in WordBreaker(window, language).segments():
        edges |= {begins, ends}
    if start - first in edges and end - first in edges:
        return not _is_cut(text, start, end, edges, first)
    return _is_katakana_word(text, start, end) or _has_suffix(text, edges, start, end, first)


def _is_cut(text: str, start: int, end: int, edges: set[int], first: int) -> bool:
    """Whether the last letter belongs to the next one, which is no word alone: 开发票 in 开发票务系统.

    The segmenter does not know 票务, and leaves both letters alone.
    """
    alone = end - start > 1 and end - 1 - first in edges and end + 1 - first in edges
    return alone and text[end : end + 1] in _BOUND


def _is_katakana_word(text: str, start: int, end: int) -> bool:
    """Compounds are one word for the segmenter: ダイエット in ダイエットサプリ."""
    if end - start < _KATAKANA_WORD or not all(map(_KATAKANA.match, text[start:end])):
        return False
    before = start > 0 and _KATAKANA.match(text[start - 1])
    after = end < len(text) and _KATAKANA.match(text[end])
    return not (before and after)


def _has_suffix(text: str, edges: set[int], start: int, end: int, first: int) -> bool:
    """Whether this is a word of two letters or more with one more: 京都府 is 京都 with 府."""
    one_word = (
        start - first in edges
        and end + 1 - first in edges
        and edges.isdisjoint(range(start + 1 - first, end + 1 - first))
    )
    return one_word and end - start > 1 and bool(_HAN.match(text[end]))
