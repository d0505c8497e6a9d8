"""Russian words: pymorphy3 knows given names, surnames, places and organisations by their grammar."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from pymorphy3 import MorphAnalyzer

_PROPER: Final = frozenset(("Name", "Surn", "Patr", "Geox", "Orgn", "Trad"))


@lru_cache(maxsize=8192)
def kind_of(word: str) -> str:
    """Return "name", "ordinary" or "unknown". A word that is both is ordinary, unless it mostly is a name."""
    parses = _morphology().parse(word)
    if not parses or not parses[0].is_known:
        return "unknown"
    proper = sum(parse.score for parse in parses if parse.is_known and _PROPER & parse.tag.grammemes)
    return "name" if proper > 0.6 else "ordinary"


@lru_cache(maxsize=8192)
def lemmas(word: str) -> frozenset[str]:
    return frozenset(parse.normal_form for parse in _morphology().parse(word))


@lru_cache(maxsize=1)
def _morphology() -> MorphAnalyzer:
    return MorphAnalyzer()
