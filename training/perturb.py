"""Copies made worse on purpose: what a reward must not be talked into by shouting, doubling, padding or symbols.

Some kinds teach (`TAUGHT`): in training every clean copy beats its own perturbed one. The others (`HELD_OUT`) are never
trained on: they show whether the lesson carries over.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deployments.plain_text import plain_text
from deployments.text import squeeze

Perturbation = Callable[[str], str]
_FEWEST_WORDS: Final = 4
_MOST_WORDS: Final = 20


_PREFIXES: Final = ("SHOCKING", "BREAKING", "OMG", "MUST SEE", "WOW", "You won't believe this", "Unreal")
_SUFFIXES: Final = (
    "Click here to find out more about this right now.", "You have to see this to believe it.", "Wow. Just wow.",
    "This will blow your mind.", "Share this with everyone you know.", "And that is only the beginning of it.",
    "You will never guess why.", "Don't miss out on this.", "It will make you cry.",
)  # fmt: skip
_TAGS: Final = ("#wow", "#omg", "#mustread", "#love", "#amazing", "#fyp", "#instagood")


def _first_words(text: str, count: int) -> str:
    return " ".join(text.split()[:count])


def _pick(options: Sequence[str], text: str, skip: int = 0) -> str:
    """One of the options, the same for the same text on every machine."""
    return options[(zlib.crc32(text.encode()) + skip) % len(options)]


TAUGHT: Final[dict[str, Perturbation]] = {
    "doubled": lambda t: f"{t} {t}",
    "exclaimed": lambda t: f"{t}!!!",
    "padded": lambda t: f"{t} {_pick(_SUFFIXES, t)}",
    "padded twice": lambda t: f"{t} {_pick(_SUFFIXES, t, 3)} {_pick(_SUFFIXES, t, 5)}",
    "clickbait": lambda t: f"{_pick(_PREFIXES, t)}: {t}",
    "emoji": lambda t: f"🔥🔥 {t} 😱😱😱",
    "starred": lambda t: f"★★★ {t} ★★★",
    "tagged": lambda t: f"{t} {_pick(_TAGS, t)} {_pick(_TAGS, t, 2)}",
    "stuttered": lambda t: f"{_first_words(t, 2)} {_first_words(t, 2)} {t}",
    "repeated end": lambda t: " ".join([*t.split(), *t.split()[-3:], *t.split()[-3:]]),
}
HELD_OUT: Final[dict[str, Perturbation]] = {
    "shouted": str.upper,
    "tripled": lambda t: f"{t}. {t}. {t}",
    "question marks": lambda t: f"{t}???",
    "hashtags": lambda t: f"{t} #viral #trending #mustsee",
    "money": lambda t: f"$$$ {t} $$$",
    "appended shock": lambda t: f"{t} It is shocking and you will not believe it",
    "filler": lambda t: f"{t} and so on and so forth and more and more of it, really",
    "news flash": lambda t: f"THIS JUST IN >>> {t}",
    "halves swapped back": lambda t: f"{_first_words(t, len(t.split()) // 2)}: {t}",
}
# Stock hooks are no damage but a style, and readers of the archive did click on it. Reported, not counted, not taught.
HOOKS: Final[dict[str, Perturbation]] = {
    "This is why ..": lambda t: f"This is why {t}",
    ".. What happened?": lambda t: f"{t} What happened?",
    ".. (the secret)": lambda t: f"{t} (the secret)",
}
KINDS: Final = TAUGHT | HELD_OUT


def first_sentences(arms: pd.DataFrame) -> list[tuple[int, str]]:
    """Position in `arms` and text: the first sentence of each distinct context, without markup, cut to 20 words."""
    if "context" not in arms.columns:
        return []
    positions: dict[str, int] = {}
    for position, context in enumerate(arms["context"].fillna("").astype(str)):
        words = re.split(r"(?<=[.!?])\s", squeeze(plain_text(context)), maxsplit=1)[0].split()[:_MOST_WORDS]
        if len(words) >= _FEWEST_WORDS:
            positions.setdefault(" ".join(words), position)
    return [(position, sentence) for sentence, position in positions.items()]


def suite(
    texts: Sequence[str], score: Callable[[Sequence[str]], NDArray[np.float64]], tolerance: float = 1e-3
) -> dict[str, Any]:
    """Measure how often a perturbed copy does not beat its clean original, per kind and in all.

    score: texts to [texts] scores, as selection uses them. Within `tolerance` is no win: bfloat16 rounds by batch.
    """
    clean = score(texts)

    def passed(change: Perturbation) -> float:
        return round(float((score([change(text) for text in texts]) <= clean + tolerance).mean()), 4)

    kinds = {name: passed(change) for name, change in KINDS.items()}
    return {
        "copies": len(texts),
        "pass_rate": _mean(kinds, KINDS),
        "taught_pass_rate": _mean(kinds, TAUGHT),
        "held_out_pass_rate": _mean(kinds, HELD_OUT),
        "kinds": kinds,
        "hooks": {name: passed(change) for name, change in HOOKS.items()},
    }


def _mean(kinds: dict[str, float], names: dict[str, Perturbation]) -> float:
    return round(float(np.mean([kinds[name] for name in names])), 4)
