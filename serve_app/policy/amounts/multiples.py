# ruff: noqa: RUF001, E501 - the letters of other scripts are meant, and rows of tables stay whole
"""How many times as much: "o triplo", 三倍. It must be that of two numbers between which the item says that one went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import regex

from serve_app.policy.amounts.claims import Claim, Number
from serve_app.policy.cues import Cued
from serve_app.policy.text import normalise

_TWO: Final = (
    r"doubled|twofold|twice as (?:many|much)|\bel doble\b|duplic(?:ó|a|an|aron|ado)\b|\bo dobro\b|\bao dobro\b|dobr(?:ou|aram|a|ado)\b|duplic(?:ou|aram)\b"
    r"|вдвое|в два раза|удво(?:ил|ен)\p{L}*|تضاعف\p{L}*|(?<!\p{L})ضعفي|الضعف|दोगुन[ाीे]|दुगुन[ाीे]|दुगन[ाीे]|दो गुन[ाीे]|(?<![十百])二倍|(?<!\d)2倍|(?<![\p{N}一二三四五六七八九十百千万数何])倍(?:増|に)|(?<!十)两倍|兩倍|翻倍|翻番|翻了一番"
)
_THREE: Final = (
    r"tripled?\b|threefold|three times as (?:many|much)|\bel triple\b|triplic(?:ó|a|an|aron|ado)\b|\bo triplo\b|\bao triplo\b|triplic(?:ou|aram)\b"
    r"|втрое|в три раза|утро(?:ил|ен)\p{L}*|ثلاثة أضعاف|तिगुन[ाीे]|तीन गुन[ाीे]|(?<![十百])三倍|(?<!\d)3倍"
)
_FOUR: Final = (
    r"quadrupled?\b|fourfold|four times as (?:many|much)|cuádruple|cuadruplic(?:ó|a|an|aron|ado)\b|quádruplo|quadruplic(?:ou|aram)\b"
    r"|вчетверо|в четыре раза|أربعة أضعاف|चौगुन[ाीे]|चार गुन[ाीे]|(?<![十百])四倍|(?<!\d)4倍"
)
_MULTIPLES: Final = tuple((times, Cued(normalise(source))) for times, source in ((2, _TWO), (3, _THREE), (4, _FOUR)))
# From one number to another, or one "up from" the other.
_CHANGE: Final = regex.compile(
    r"(?:^|\s)(?:to|a|para|до|إلى|से|up from|from|desde|de|с|من)\s|から|増|增|升|[到至]|[→➜]|से बढ़", regex.IGNORECASE
)
_REACH: Final = 40  # characters from one number to the other
_TOLERANCE: Final = 0.2


class Multiple(NamedTuple):
    """A multiple that a text names, and where."""

    times: int
    start: int
    end: int


def multiples(text: str) -> Iterator[Multiple]:
    for times, words in _MULTIPLES:
        for match in words.finditer(text):
            yield Multiple(times, match.start(), match.end())


def is_denied(multiple: Multiple, text: str, claims: Sequence[Claim]) -> bool:
    """Whether the item says how much became how much, and it is not so many times. text, claims: the item's."""
    if any(said.times == multiple.times for said in multiples(text)):
        return False
    ratios = list(_changes(text, claims))
    return bool(ratios) and not any(abs(ratio / multiple.times - 1) <= _TOLERANCE for ratio in ratios)


def _changes(text: str, claims: Sequence[Claim]) -> Iterator[float]:
    for one, other in pairwise(claims):
        values = [next((r.value for r in claim.readings if isinstance(r, Number)), 0.0) for claim in (one, other)]
        between = text[one.end : other.end]  # the claim may begin with its "up to"
        if min(values) > 0 and len(between) <= _REACH and _CHANGE.search(between):
            yield max(values) / min(values)
