"""Grounding rule: numbers, prices, dates and quotations that the item's facts do not contain."""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import regex
from pydantic import Field
from rapidfuzz import fuzz

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId, fields_of
from serve_app.policy.evidence import Evidence
from serve_app.policy.numbers import Kind, counting_words, date_words, numbers, spelled
from serve_app.policy.text import fold, words

# An opening mark is none of what it opens, and an apostrophe follows a letter: so each text is read once.
_QUOTES = regex.compile(
    r"“([^“”]+)”|\"([^\"]+)\"|„([^„“”]+)[“”]|«([^«»]+)»|「([^「」]+)」|『([^『』]+)』"
    r"|(?<![\p{L}\p{N}])[‘']([^‘’']{3,}+(?:(?<=[\p{L}\p{N}])['’]\p{L}[^‘’']*+)*)[’'](?![\p{L}\p{N}])"
)
_IDIOMS = regex.compile(r"\b(?:24/7|9[- ]to[- ]5|101|50/50|360°)(?!\w)")

# A search for a similar text takes a millisecond. A push quotes once or twice: further quotes must be word for word.
_MOST_SIMILAR: Final = 20
_LONGEST_PIECE: Final = 200


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
    """grounding.number, grounding.price, grounding.date and grounding.quote."""
    counting = counting_words(context.item.language)
    for field, text in fields_of(copy):
        readings: dict[tuple[str, Kind], list[float]] = defaultdict(list)
        for number in numbers(_IDIOMS.sub(" ", text)):
            readings[number.text, number.kind].append(number.value)
        for (written, kind), values in readings.items():
            if not any(value in evidence.numbers[kind] for value in values for evidence in context.grounds):
                rule = "grounding.price" if kind == "money" else "grounding.number"
                yield Hit(rule, settings.numbers, field, written)
        for value, word in spelled(words(text), context.item.language):
            if word.casefold() in counting and not _holds(context, value):
                yield Hit("grounding.number", settings.spelled_numbers, field, word)
        for name, written in date_words(text):
            if not any(name in evidence.dates for evidence in context.grounds):
                yield Hit("grounding.date", settings.dates, field, written)
        for n, quote in enumerate(dict.fromkeys(_quotes(text, settings.min_quote_words))):
            similarity = settings.min_quote_similarity if n < _MOST_SIMILAR else None
            if not any(_is_quoted_from(evidence, quote, similarity) for evidence in context.grounds):
                yield Hit("grounding.quote", settings.quotes, field, quote)


def _holds(context: PolicyContext, value: int) -> bool:
    return any(value in evidence.numbers["plain"] for evidence in context.grounds)


def _quotes(text: str, min_words: int) -> Iterator[str]:
    for groups in _QUOTES.findall(text):
        quote = next(g for g in groups if g)
        # Scripts without spaces have no words to count; four characters are a quotation there.
        if len(words(quote)) >= min_words or (len(quote) >= 4 and regex.search(r"[\p{Han}\p{Kana}]", quote)):
            yield quote


def _is_quoted_from(evidence: Evidence, quote: str, min_similarity: float | None) -> bool:
    """Whether the quote stands in the evidence: nearly, or without `min_similarity` word for word.

    A long one is looked for piece by piece.
    """
    folded = fold(quote)
    if folded in evidence.folded:
        return True
    if min_similarity is None or len(folded) > len(evidence.folded):
        return False
    pieces = (folded[at : at + _LONGEST_PIECE] for at in range(0, len(folded), _LONGEST_PIECE))
    return all(
        fuzz.partial_ratio(piece, evidence.folded, score_cutoff=min_similarity) >= min_similarity for piece in pieces
    )


GROUNDING = Rule(
    "grounding",
    grounding,
    (
        RuleId("grounding.number", "the item has no such number", "numbers"),
        RuleId("grounding.price", "the item has no such price", "numbers"),
        RuleId("grounding.date", "the item has no such date", "dates"),
        RuleId("grounding.quote", "the item has no such quotation", "quotes"),
    ),
)
