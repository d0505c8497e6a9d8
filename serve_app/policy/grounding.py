"""Grounding rule: numbers, prices, dates and quotations that the item's facts do not contain."""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

import regex
from pydantic import Field
from rapidfuzz import fuzz

from deployments.item_text import details_of
from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, fields_of
from serve_app.policy.numbers import Kind, counting_words, date_words, dates_in, numbers, spelled
from serve_app.policy.text import fold, normalise, words

_QUOTES = regex.compile(
    r"“([^”]+)”|\"([^\"]+)\"|„([^“”]+)[“”]|«([^»]+)»|「([^」]+)」|『([^』]+)』"
    r"|(?<![\p{L}\p{N}])[‘']([^‘’']{3,}(?:['’]\p{L}[^‘’']*)*)[’'](?![\p{L}\p{N}])"
)
# Metadata whose plain number is money or a percentage: {"price": "4.50"}, {"discount": "20"}.
_AMOUNT_KEY = regex.compile(r"price|cost|fee|amount|discount|sale|saving|rate|percent|share", regex.IGNORECASE)
_IDIOMS = regex.compile(r"\b(?:24/7|9[- ]to[- ]5|101|50/50|360°)(?!\w)")


class GroundingRule(Knobs):
    """Numbers, dates and quotations without evidence in the item.

    spelled_numbers: for words such as "two", which are common in idioms. min_quote_words: shorter quotations pass,
    because they are often scare quotes.
    """

    numbers: Action = "block"
    spelled_numbers: Action = "review"
    dates: Action = "block"
    quotes: Action = "block"
    min_quote_words: int = Field(default=2, ge=1)
    min_quote_similarity: float = Field(default=90.0, ge=0, le=100)


def grounding(copy: Copy, context: PolicyContext, settings: GroundingRule) -> Iterator[Hit]:
    """UNGROUNDED_NUMBER, UNGROUNDED_DATE and UNGROUNDED_QUOTE."""
    amounts = tuple(text for key, text in details_of(context.item).items() if _AMOUNT_KEY.search(key))
    grounded_numbers = _grounded_numbers(context.facts, context.item.language, amounts)
    counting = counting_words(context.item.language)
    grounded_dates = _grounded_dates(context.facts)
    for field, text in fields_of(copy):
        readings: dict[tuple[str, Kind], list[float]] = defaultdict(list)
        for number in numbers(_IDIOMS.sub(" ", text)):
            readings[number.text, number.kind].append(number.value)
        for (written, kind), values in readings.items():
            if not any(value in grounded_numbers[kind] for value in values):
                yield Hit("UNGROUNDED_NUMBER", settings.numbers, field, written)
        for value, word in spelled(words(text), context.item.language):
            if word.casefold() in counting and value not in grounded_numbers["plain"]:
                yield Hit("UNGROUNDED_NUMBER", settings.spelled_numbers, field, word)
        for name, written in date_words(text):
            if name not in grounded_dates:
                yield Hit("UNGROUNDED_DATE", settings.dates, field, written)
        for quote in _quotes(text, settings.min_quote_words):
            if not _is_quoted_from(context, quote, settings.min_quote_similarity):
                yield Hit("UNGROUNDED_QUOTE", settings.quotes, field, quote)


# Cached: the copies of a request share their facts, and reading them is a quarter of a check's time.
@lru_cache(maxsize=128)
def _grounded_dates(facts: str) -> frozenset[str]:
    return frozenset(dates_in(facts))


@lru_cache(maxsize=128)
def _grounded_numbers(facts: str, language: str, amounts: tuple[str, ...]) -> dict[Kind, set[float]]:
    """Collect the values in the facts, by kind. Prices and percentages count as plain numbers too, not the reverse.

    amounts: metadata whose plain numbers are money or percentages.
    """
    by_kind: dict[Kind, set[float]] = {"plain": set(), "percent": set(), "money": set()}
    for number in numbers(facts):
        by_kind[number.kind].add(number.value)
        by_kind["plain"].add(number.value)
    by_kind["plain"] |= {float(value) for value, _ in spelled(words(facts), language)}
    for text in amounts:
        values = {number.value for number in numbers(normalise(text))}
        by_kind["percent"] |= values
        by_kind["money"] |= values
    return by_kind


def _quotes(text: str, min_words: int) -> Iterator[str]:
    for groups in _QUOTES.findall(text):
        quote = next(g for g in groups if g)
        # Scripts without spaces have no words to count; four characters are a quotation there.
        if len(words(quote)) >= min_words or (len(quote) >= 4 and regex.search(r"[\p{Han}\p{Kana}]", quote)):
            yield quote


def _is_quoted_from(context: PolicyContext, quote: str, min_similarity: float) -> bool:
    folded, facts = fold(quote), context.folded_facts
    if folded in facts:
        return True
    return len(folded) <= len(facts) and fuzz.partial_ratio(folded, facts) >= min_similarity
