"""Grounding rule: numbers, prices and dates that the item's facts do not contain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import regex

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId, fields_of
from serve_app.policy.numbers import Kind, counting_words, date_words, numbers, spelled
from serve_app.policy.text import words

_IDIOMS = regex.compile(r"\b(?:24/7|9[- ]to[- ]5|101|50/50|360°)(?!\w)")


class GroundingRule(Knobs):
    """Numbers and dates without evidence in the item.

    spelled_numbers: for words such as "two", which are common in idioms.
    """

    numbers: Action = "block"
    spelled_numbers: Action = "review"
    dates: Action = "block"


def grounding(copy: Copy, context: PolicyContext, settings: GroundingRule) -> Iterator[Hit]:
    """grounding.number, grounding.price and grounding.date."""
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


def _holds(context: PolicyContext, value: int) -> bool:
    return any(value in evidence.numbers["plain"] for evidence in context.grounds)


GROUNDING = Rule(
    "grounding",
    grounding,
    (
        RuleId("grounding.number", "the item has no such number", "numbers"),
        RuleId("grounding.price", "the item has no such price", "numbers"),
        RuleId("grounding.date", "the item has no such date", "dates"),
    ),
)
