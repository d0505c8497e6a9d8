"""An item's facts as the lines of a prompt. Pure.

Item text is data. It is put on one line a fact, so that it cannot pose as another field, and loses whatever could pose
as markup of the prompt or of the chat template, so that it cannot end its block or speak as the system.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from deployments.types import Item

CountTokens = Callable[[str], int]


class _Fact(NamedTuple):
    label: str
    text: str
    weight: int
    """Importance: where room is short, facts get it in this order, lowest first."""
    share: float
    """At most this share of the room, so that a long description leaves some for the rest."""


def facts(item: Item, caption: str, room: int, count: CountTokens, control_words: Iterable[str] = ()) -> str:
    """The facts of the item, one a line, in at most `room` tokens as `count` counts them.

    `control_words`: the tokenizer's special tokens, which item text must not contain.
    """
    words = tuple(sorted(control_words, key=len, reverse=True))
    found = [fact._replace(text=clean(fact.text, words)) for fact in _facts(item, caption)]
    found = [fact for fact in found if fact.text]
    kept: dict[_Fact, str] = {}
    left = room
    for fact in sorted(found, key=lambda f: f.weight):
        spare = min(left, int(room * fact.share)) - count(f"{fact.label}: ") - 1
        text = truncate(fact.text, spare, count)
        if text:
            kept[fact] = line = f"{fact.label}: {text}"
            left -= count(line) + 1
    return "\n".join(kept[fact] for fact in found if fact in kept)


def _facts(item: Item, caption: str) -> list[_Fact]:
    """In the order of the prompt."""
    metadata = "; ".join(f"{key}: {value}" for key, value in sorted(item.metadata.items()))
    alt_text = "; ".join(image.alt_text for image in item.images if image.alt_text)
    return [
        _Fact("Title", item.title, 0, 0.5),
        _Fact("Tags", ", ".join(item.tags), 4, 0.2),
        _Fact("Creator", item.creator, 3, 0.2),
        _Fact("Details", metadata, 5, 0.3),
        _Fact("Picture", _unsaid(caption, item) if caption else alt_text, 1, 0.4),
        _Fact("Description", item.description, 2, 0.6),
    ]


_SENTENCE: Final = re.compile(r".+?[.!?…。！？](?=\s|$)|.+", re.DOTALL)  # noqa: RUF001 - full-width stops are meant
_WORD: Final = re.compile(r"\w+")
_COMPOSED: Final = frozenset(("by", "topics"))  # what the tagger's caption puts around the item's own words


def _unsaid(caption: str, item: Item) -> str:
    """The caption less its sentences that only repeat the item's own text, which has lines of its own.

    A caption by itself says all that is known. Here it would take the room twice, and a small model copies what it
    reads twice.
    """
    own = " ".join((item.title, item.description, item.creator, *item.tags)).casefold()
    known = _COMPOSED.union(_WORD.findall(own))
    return " ".join(s.strip() for s in _SENTENCE.findall(caption) if not known.issuperset(_WORD.findall(s.casefold())))


_MARKUP_START: Final = re.compile(r"<+(?=[/|!?A-Za-z_])")
_SPACE: Final = re.compile(r"\s+")


def clean(text: str, control_words: Sequence[str] = ()) -> str:
    """One line without control characters, and without anything that opens a tag or is a special token."""
    text = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    text = _MARKUP_START.sub("", text)
    while found := next((word for word in control_words if word in text), None):  # removing one may join another
        text = text.replace(found, " ")
    return _SPACE.sub(" ", text).strip()


def truncate(text: str, room: int, count: CountTokens) -> str:
    """The longest beginning of `text`, in whole words where it has them, of at most `room` tokens."""
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
