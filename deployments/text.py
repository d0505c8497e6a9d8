"""Plain text from callers: cleaned for a prompt, cut to length, split into sentences. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

CountTokens = Callable[[str], int]

# Controls, and what parts lines or paragraphs (Unicode's Cc, Zl, Zp).
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# Invisible characters and accents that part a bracket from its name.
_HIDING: Final = r"[\xad\u0300-\u036f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
_HIDDEN: Final = re.compile(rf"(?<=[<＜﹤‹〈⟨«《\[({{/／|]){_HIDING}++")  # noqa: RUF001
# Full-width forms read the same to a model.
_MARKUP_START: Final = re.compile(r"(?<![<＜﹤])[<＜﹤]++(?=\s*+[/／]|[|!?A-Za-z_｜！？Ａ-Ｚａ-ｚ＿])")  # noqa: RUF001
# The end of the block that holds an item in a prompt, in brackets that look alike.
_END: Final = re.compile(r"(?<=[‹〈⟨«《])\s*+[/／]|(?<=[\[({])\s*+[/／]\s*+(?=item)", re.IGNORECASE)  # noqa: RUF001
_SPACE: Final = re.compile(r"\s+")
_WORD: Final = re.compile(r"\w+")
_SENTENCE: Final = re.compile(r".+?[.!?…。！？](?=\s|$)|.+", re.DOTALL)  # noqa: RUF001 - full-width stops are meant
_STOPS: Final = (".", "!", "?", "…", "。", "！", "？")  # noqa: RUF001
# A text that fits in some tokens has at most so many characters a token, or is cut.
_CHARS_PER_TOKEN: Final = 32


def clean(text: str, control_words: Sequence[str] = ()) -> str:
    """Return one line without control characters, tag openings and special tokens.

    What remains cannot end its block in a prompt, nor pose as a line of its own.
    """
    text = _HIDDEN.sub("", _CONTROL.sub(" ", text))
    text = _END.sub("", _MARKUP_START.sub("", text))
    words = _any_of(tuple(control_words))
    while words and words.search(text):  # removing one may join another, if it has a space
        text = words.sub(" ", text)
    return squeeze(text)


@lru_cache(maxsize=8)
def _any_of(control_words: tuple[str, ...]) -> re.Pattern[str] | None:
    """Match any of a tokenizer's special tokens, the longest first. The many that begin like a tag are gone already."""
    words = [word for word in control_words if not _MARKUP_START.search(word)]
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))) if words else None


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
    text = text[: room * _CHARS_PER_TOKEN]  # before the tokenizer reads it, which takes a second for a megabyte
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
