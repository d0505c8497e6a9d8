"""Normal forms of a text, shared by several rules."""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

import regex

from deployments.types import MAX_LONG_TEXT

SPACELESS: Final = frozenset(("ja", "zh"))
"""Languages that are written without spaces between words."""
LONGEST_READ: Final = 2 * MAX_LONG_TEXT
"""Characters of a normalised field that rules read: one Arabic ligature becomes 18 letters."""

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’\-][\p{L}\p{M}\p{N}]+)*")
_TOO_MANY_MARKS = regex.compile(r"(\p{M}{30})\p{M}++")
_NOT_DIGIT = regex.compile(r"\D+")
_NOT_WORD = regex.compile(r"[^\p{L}\p{M}\p{N}]+")

_SCRIPTS: Final = {
    name: regex.compile(rf"\p{{{name.title()}}}")
    for name in ("latin", "cyrillic", "arabic", "devanagari", "hiragana", "katakana", "han")
}
# Accents but the breve, which makes another Cyrillic letter; Arabic vowels and the stretcher, the nukta; letters that
# are typed for one another.
_LEFT_OUT: Final[dict[int, str | None]] = {
    **dict.fromkeys([*range(0x300, 0x306), *range(0x307, 0x370), *range(0x64B, 0x660), 0x640, 0x670, 0x93C]),
    **{ord("ة"): "ه", ord("ى"): "ي", ord("ँ"): "ं", ord("’"): "'", ord("﨑"): "崎", ord("髙"): "高"},
}


def normalise(text: str) -> str:
    """Normalise by NFKC: full-width and other compatibility forms become plain ones.

    Of more than 30 marks on one letter the first 30 stay (UAX #15, Stream-Safe Text Format): all of them would be
    sorted, in a time that grows with their square.
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", _TOO_MANY_MARKS.sub(r"\1", text))


@lru_cache(maxsize=256)
def readable(text: str) -> str:
    """Return a copy's field, normalised. Cached, because each rule reads it."""
    return normalise(text)[:LONGEST_READ]


def fold(text: str) -> str:
    """Remove case, punctuation and extra spaces, so that texts that read the same are equal."""
    return _NOT_WORD.sub(" ", normalise(text).casefold()).strip()


@lru_cache(maxsize=256)
def folded_field(text: str) -> str:
    """Return a copy's field, folded. Cached as `readable` is."""
    return fold(text)


def bare(text: str) -> str:
    """Remove case, accents and what writers of a language leave out, such as the dots of ё and the hamza of أ."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text.casefold()).translate(_LEFT_OUT))


def script_of(text: str) -> str:
    """Return the script of most letters, a key of _SCRIPTS, or "other"."""
    if text.isascii():
        return "latin"
    counts = {script: len(pattern.findall(text)) for script, pattern in _SCRIPTS.items()}
    script = max(counts, key=counts.__getitem__)
    return script if counts[script] else "other"


def digits(text: str) -> str:
    return _NOT_DIGIT.sub("", text)


def distinct(texts: Iterable[str]) -> Iterator[str]:
    """Yield each text once."""
    seen: set[str] = set()
    for text in texts:
        if text not in seen:
            seen.add(text)
            yield text


@lru_cache(maxsize=64)
def words(text: str) -> tuple[str, ...]:
    """Split into words as written, with inner apostrophes and hyphens. Cached, because several rules ask."""
    return tuple(_WORD.findall(text))
