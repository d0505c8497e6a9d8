# ruff: noqa: RUF001, E501 - the letters of other scripts are meant, and rows of tables stay whole
"""Prices per head of what is sold for several: 人均49元 of 双人套餐98元."""

from __future__ import annotations

from typing import Final

from serve_app.policy.cues import Cued
from serve_app.policy.text import normalise

_EACH: Final = (
    r"人均|每人|每位|per person|per head|\ba head\b|por persona|por cabeza|por pessoa|por cabeça|с человека|с одного|на человека"
    r"|للشخص|للفرد|لكل شخص|लिए प्रति|प्रति व्यक्ति|एक व्यक्ति|हर व्यक्ति|一人あたり|1人あたり|一人当たり|1人当たり|お一人様|一名様"
)
_COUNTS: Final = {
    2: r"双人|雙人|两人|兩人|二人|2人|for two\b|for 2\b|para dos\b|para 2\b|para dois\b|para duas\b|на двоих|на двух|لشخصين|दो लोगों|दो व्यक्तियों|2 लोगों|ペア|二名様|2名様",
    3: r"三人|3人|for three\b|para tres\b|para três\b|на троих|لثلاثة أشخاص|तीन लोगों|三名様|3名様",
    4: r"四人|4人|for four\b|para cuatro\b|para quatro\b|на четверых|لأربعة أشخاص|चार लोगों|四名様|4名様",
}
_PER_HEAD: Final = Cued(normalise(_EACH))
_PARTIES: Final = tuple((count, Cued(normalise(words))) for count, words in _COUNTS.items())
_BESIDE: Final = 14  # characters between a price and "per person"


def heads(text: str, start: int, end: int, item: str) -> int:
    """Return for how many the item sells what a copy prices per head; 0 where it does not, or has such a price itself.

    text, start, end: the copy's, and where its price stands.
    """
    around = text[max(0, start - _BESIDE) : end + _BESIDE]
    if _PER_HEAD.search(around) is None or _PER_HEAD.search(item) is not None:
        return 0
    counts = [count for count, words in _PARTIES if words.search(item)]
    return counts[0] if len(counts) == 1 else 0
