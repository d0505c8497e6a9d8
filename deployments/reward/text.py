"""The text form of a copy and its surface features. Training and serving both use this file."""

from __future__ import annotations

import math
import re
from typing import Final

_ENDS: Final = ".!?:…。！？"  # noqa: RUF001 - the wide ones are meant
_WORD: Final = re.compile(r"\w+(?:['’]\w+)*")  # noqa: RUF001 - both apostrophes are meant
# Surface signs of a style, and its category in the catalogue. A category without a sign has no correction.
STYLES: Final[dict[str, tuple[str, re.Pattern[str]]]] = {
    "question": ("QUESTION", re.compile(r"\?")),
    "number": ("LIST_NUMBER", re.compile(r"(?<!\w)\d")),
    "quote": ("QUOTE", re.compile(r"[\"“”«»„]|(?<!\w)['‘](?=\w)")),  # noqa: RUF001 - typographic quotes are meant
    "urgent": ("URGENT_TREND", re.compile(r"\b(?:now|today|tonight|breaking|live|just)\b", re.IGNORECASE)),
    "how_to": ("BENEFIT_HOWTO", re.compile(r"\b(?:how to|here'?s how|learn|ways? to|tips?)\b", re.IGNORECASE)),
    "contrast": ("SURPRISE_CONTRAST", re.compile(r"\b(?:but|until|instead|yet|turns out|then)\b", re.IGNORECASE)),
    "curiosity": (
        "CURIOSITY",
        re.compile(r"\b(?:what happen\w*|this is (?:what|why)|the reason|guess|secret)\b", re.I),
    ),
}
# Length is piecewise linear: up to FEW_WORDS its effect is known from A/B-tested headlines, beyond from pushes.
LENGTH: Final = "log_words"
LONG: Final = "log_words_beyond"
FEW_WORDS: Final = 14
FEATURES: Final = (LENGTH, LONG, *STYLES)


def render_copy(title: str, body: str = "") -> str:
    """Join title and body to one text, for training and serving alike."""
    title, body = " ".join(title.split()), " ".join(body.split())
    if not title or not body:
        return title or body
    return f"{title} {body}" if title[-1] in _ENDS else f"{title}. {body}"


def features(text: str) -> tuple[float, ...]:
    """Return the values of FEATURES: log(1 + words), its excess over FEW_WORDS, then 1 for each sign of a style."""
    return tuple(feature(name, text) for name in FEATURES)


def log_words(text: str) -> float:
    return math.log1p(len(_WORD.findall(text)))


def feature(name: str, text: str) -> float:
    """Return the value of one of FEATURES."""
    if name == LENGTH:
        return log_words(text)
    if name == LONG:
        return max(0.0, log_words(text) - math.log1p(FEW_WORDS))
    return float(bool(STYLES[name][1].search(text)))
