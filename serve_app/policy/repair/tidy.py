"""Repairs that take no word away: spaces, runs of marks, a word written twice, emoji."""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import regex

from deployments.counting import graphemes

_SPACES: Final = regex.compile(r"[^\S\n]{2,}+")
# Not before what may begin a word: ".5", ".com", ":)".
_BEFORE_MARK: Final = regex.compile(r"(?<=[\p{L}\p{N}])\s++(?=[,;!?…。，！？、；：،؛؟।]|[.:](?:\s|$))")
_FRENCH_MARKS: Final = regex.compile(r"(?<=[\p{L}\p{N}])\s++(?=[,…]|\.(?:\s|$))")
_MARKS: Final = regex.compile(r"[!?]{2,}+|[！？]{2,}+|؟{2,}+|,{2,}+|，{2,}+|。{2,}+|、{2,}+|।{2,}+")
_TWICE: Final = regex.compile(r"(\p{L}[\p{L}\p{M}'’]*+)\s++\1", regex.IGNORECASE)
_EMOJI: Final = regex.compile(
    r"(?![\u0000-\u00ff])\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3|\p{Emoji}\ufe0f"
)
# Half a flag, a joiner that joins nothing, a skin tone or a variation selector by itself.
_BROKEN: Final = regex.compile(
    r"\p{Regional_Indicator}[\u200d\ufe0f]*|.*\u200d|\s?[\p{Emoji_Modifier}\u200d\ufe0f\u20e3\U000e0020-\U000e007f]+",
    regex.DOTALL,
)


def spaced(text: str, repeated: Iterable[str], language: str) -> str:
    """Return the text with single spaces, none before a mark, and one mark of a run.

    repeated: words that a rule has found; where they are one word twice, one of them goes. French sets a space before
    some marks.
    """
    for words in repeated:
        if (twice := _TWICE.fullmatch(words)) and words in text:
            text = text.replace(words, twice[1], 1)
    text = _SPACES.sub(" ", text)
    text = (_FRENCH_MARKS if language == "fr" else _BEFORE_MARK).sub("", text)
    return _MARKS.sub(_one_mark, text).strip()


def _one_mark(run: regex.Match[str]) -> str:
    """Return one mark of the run; of a question and a call the question."""
    return next((mark for mark in run.group() if mark in "?？"), run.group()[0])


def fewer_emoji(text: str, passes: Callable[[str], bool]) -> str:
    """Return the text without broken emoji, and then without the last ones until it passes."""
    clusters = [cluster for cluster in graphemes(text) if not _BROKEN.fullmatch(cluster)]
    while not passes(joined := _joined(clusters)):
        last = next((at for at in range(len(clusters) - 1, -1, -1) if _EMOJI.search(clusters[at])), None)
        if last is None:
            return text
        del clusters[last]
    return joined


def _joined(clusters: list[str]) -> str:
    return _SPACES.sub(" ", "".join(clusters)).strip()
