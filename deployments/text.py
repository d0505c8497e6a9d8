"""Plain text from callers: cleaned for a prompt, cut to length, split into sentences. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

CountTokens = Callable[[str], int]

_MARKUP_START: Final = re.compile(r"<+(?=[/|!?A-Za-z_])")
_SPACE: Final = re.compile(r"\s+")
_WORD: Final = re.compile(r"\w+")
_SENTENCE: Final = re.compile(r".+?[.!?…。！？](?=\s|$)|.+", re.DOTALL)  # noqa: RUF001 - full-width stops are meant
_STOPS: Final = (".", "!", "?", "…", "。", "！", "？")  # noqa: RUF001


def clean(text: str, control_words: Sequence[str] = ()) -> str:
    """Return one line without control characters, tag openings and special tokens."""
    text = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    text = _MARKUP_START.sub("", text)
    while hit := next((word for word in control_words if word in text), None):  # removing one may join another
        text = text.replace(hit, " ")
    return squeeze(text)


def squeeze(text: str) -> str:
    """Join to one line with one space between words."""
    return _SPACE.sub(" ", text).strip()


def words(text: str) -> list[str]:
    """Return the words, case folded."""
    return _WORD.findall(text.casefold())


def sentences(text: str) -> list[str]:
    return _SENTENCE.findall(text)


def stopped(text: str) -> str:
    """Add a full stop, unless the text ends with a stop."""
    return text if text.endswith(_STOPS) else f"{text}."


def shorten(text: str, max_chars: int) -> str:
    """Cut to at most `max_chars` characters, between words if possible, with an ellipsis."""
    if len(text) <= max_chars:
        return text
    head = text[: max_chars - 1]
    return (head[: head.rfind(" ")] if " " in head else head).rstrip(" ,;:-") + "…"


def truncate(text: str, room: int, count: CountTokens) -> str:
    """Return the longest beginning of `text` of at most `room` tokens, cut between words if possible."""
    if room <= 0:
        return ""
    if count(text) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if count(text[:middle]) <= room:
            low = middle
        else:
            high = middle - 1
    cut = text[:low]
    if low < len(text) and not text[low].isspace() and " " in cut:
        cut = cut[: cut.rindex(" ")]
    return cut.rstrip()
