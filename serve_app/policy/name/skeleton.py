"""The sound of a name, to compare it over scripts: "John Smith", "Джон Смит", "جون سميث", "ジョン・スミス"."""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

from functools import lru_cache
from typing import Final

import regex
from anyascii import anyascii
from rapidfuzz.distance import Indel

_AGAIN = regex.compile(r"(.)\1+")
_SOFT_G = regex.compile(r"[cg](?=[eiy])")
_LETTER = regex.compile(r"[^a-z]+")
# Spellings of one sound, the longest first. Then classes of consonants that scripts mix up; vowels fall away.
_SPELLINGS: Final = (
    *(("sch", "s"), ("shch", "s"), ("tch", "c"), ("dzh", "j"), ("dj", "j"), ("zh", "j"), ("sh", "s"), ("ch", "c")),
    *(
        ("kh", "k"),
        ("gh", "g"),
        ("ph", "f"),
        ("th", "t"),
        ("ck", "k"),
        ("qu", "k"),
        ("x", "ks"),
        ("ts", "s"),
        ("tz", "s"),
    ),
)
_CLASSES: Final = str.maketrans(
    {
        **dict.fromkeys("bpvf", "p"),
        **dict.fromkeys("gkqc", "k"),
        **dict.fromkeys("dt", "t"),
        **dict.fromkeys("szj", "s"),
        **dict.fromkeys("rl", "r"),
        **dict.fromkeys("mn", "n"),
        **dict.fromkeys("aeiouhwy", ""),
    }
)
_LEAST_LETTERS: Final = 3  # of sounds that may differ a little
_LEAST: Final = 0.8  # similarity of the sounds of one name in two scripts


# Letters that languages sound in two ways: Egyptian and other j, Hindi d and r, English th.
_OTHER_SOUNDS: Final = (("ج", "غ"), ("ड", "र"), ("ढ", "र"), ("th", "s"), ("j", "h"), ("c", "s"), ("w", "v"), ("х", "h"))


@lru_cache(maxsize=4096)
def sounds(word: str) -> frozenset[str]:
    """Return the classes of the consonants, each run once, in every way that the word may sound."""
    words = [word, *(word.replace(letter, other) for letter, other in _OTHER_SOUNDS if letter in word)]
    return frozenset(sound for one in words if (sound := _sound(one)))


def _sound(word: str) -> str:
    latin = _LETTER.sub("", anyascii(word).lower())
    for spelling, plain in _SPELLINGS:
        latin = latin.replace(spelling, plain)
    first = "a" if latin[:1] in "aeiou" else ""
    # A soft g stands for j before e and i.
    latin = _SOFT_G.sub("s", latin)
    return first + _AGAIN.sub(r"\1", latin.translate(_CLASSES))


def alike(word: str, other: str) -> bool:
    """Whether two words of different scripts may be one name."""
    return any(_alike(a, b) for a in sounds(word) for b in sounds(other))


def _alike(a: str, b: str) -> bool:
    return a == b or (min(len(a), len(b)) >= _LEAST_LETTERS and Indel.normalized_similarity(a, b) >= _LEAST)
