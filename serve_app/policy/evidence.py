"""The text that a copy may be grounded in, and what rules look for in it. Computed once for all copies of a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import regex

from deployments.item_text import details_of, grounding_text
from deployments.types import Item
from serve_app.policy.numbers import Kind, dates_in, numbers, spelled
from serve_app.policy.text import bare, digits, fold, normalise, script_of, words
from serve_app.policy.utterance import Utterances

LONGEST: Final = 50_000
"""Characters of an item that ground a copy: title, description, tags and caption, and as much of the metadata."""
_SAMPLE: Final = 2_000  # characters that show in which scripts an item is written
# Metadata whose plain number is money or a percentage: {"price": "4.50"}, {"discount": "20"}.
_AMOUNT_KEY: Final = regex.compile(r"price|cost|fee|amount|discount|sale|saving|rate|percent|share", regex.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Evidence:
    """A text, NFKC-normalised. details: the item's metadata."""

    text: str
    language: str
    details: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def casefolded(self) -> str:
        return self.text.casefold()

    @cached_property
    def bare(self) -> str:
        return bare(self.text)

    @cached_property
    def folded(self) -> str:
        return fold(self.text)

    @cached_property
    def utterances(self) -> Utterances:
        return Utterances(self.text)

    @cached_property
    def scripts(self) -> frozenset[str]:
        return frozenset(script_of(word) for word in set(words(self.text[:_SAMPLE])))

    @cached_property
    def capitals(self) -> frozenset[str]:
        """Its words in capitals, without those of lines that are in capitals altogether."""
        lines = (words(line) for line in self.text.splitlines())
        return frozenset(word for line in lines if not all(map(str.isupper, line)) for word in line if word.isupper())

    @cached_property
    def digits(self) -> str:
        return digits(self.text)

    @cached_property
    def dates(self) -> frozenset[str]:
        return frozenset(dates_in(self.text))

    @cached_property
    def numbers(self) -> dict[Kind, set[float]]:
        """The values by kind. Prices and percentages count as plain numbers too, not the reverse."""
        by_kind: dict[Kind, set[float]] = {"plain": set(), "percent": set(), "money": set()}
        for number in numbers(self.text):
            by_kind[number.kind].add(number.value)
            by_kind["plain"].add(number.value)
        by_kind["plain"] |= {float(value) for value, _ in spelled(words(self.text), self.language)}
        amounts = " \n ".join(text for key, text in self.details.items() if _AMOUNT_KEY.search(key))
        values = {number.value for number in numbers(_cut(amounts))}
        by_kind["percent"] |= values
        by_kind["money"] |= values
        return by_kind


def evidence_of(item: Item, caption: str) -> Evidence:
    """Return the item's evidence. Takes milliseconds for a long item: call it in a thread."""
    return Evidence(_cut(grounding_text(item, caption)), item.language, details_of(item))


def _cut(text: str) -> str:
    return normalise(text[:LONGEST])[:LONGEST]
