"""Shouting rule: capitals, runs of exclamation marks, too many emoji or symbols."""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import regex
from pydantic import Field

from deployments.counting import graphemes
from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId, fields_of
from serve_app.policy.text import words

_EMOJI = regex.compile(r"\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f|\p{Regional_Indicator}{2}")
_SYMBOL_RUN = regex.compile(r"(?<!\p{L})([\p{S}#*~=_|])\1{2,}")  # a masked "f***" is no ornament


class ShoutingRule(Knobs):
    """Capitals, marks, emoji and symbols.

    max_caps_share: greatest share of letters in words of capitals only, for fields of at least `min_letters` letters.
    """

    action: Action = "block"
    max_caps_share: float = Field(default=0.5, ge=0, le=1)
    min_letters: int = Field(default=12, ge=1)
    max_marks_in_a_row: int = Field(default=2, ge=1)
    max_emoji: int = Field(default=3, ge=0)


def shouting(copy: Copy, context: PolicyContext, settings: ShoutingRule) -> Iterator[Hit]:  # noqa: ARG001
    """format.shouting, format.marks, emoji.count and format.symbols."""
    for field, text in fields_of(copy):
        if _caps_share(text, settings.min_letters) > settings.max_caps_share:
            yield Hit("format.shouting", settings.action, field, text)
        if run := _marks_run(settings.max_marks_in_a_row + 1).search(text):
            yield Hit("format.marks", settings.action, field, run.group())
        emoji = [c for c in graphemes(text) if _EMOJI.match(c)] if _EMOJI.search(text) else []
        if len(emoji) > settings.max_emoji:
            yield Hit("emoji.count", settings.action, field, "".join(emoji))
        if run := _SYMBOL_RUN.search(_EMOJI.sub("", text)):
            yield Hit("format.symbols", settings.action, field, run.group())


@cache
def _marks_run(least: int) -> regex.Pattern[str]:
    return regex.compile(rf"[!?！？]{{{least},}}")


def _caps_share(text: str, min_letters: int) -> float:
    """Share of letters in words of two or more letters that are all capitals."""
    letters = sum(c.isalpha() for c in text)
    if letters < min_letters:
        return 0.0
    loud = sum(sum(c.isalpha() for c in word) for word in words(text) if len(word) > 1 and word.isupper())
    return loud / letters


SHOUTING = Rule(
    "shouting",
    shouting,
    (
        RuleId("format.shouting", "too many capitals"),
        RuleId("format.marks", "a run of exclamation or question marks"),
        RuleId("emoji.count", "too many emoji"),
        RuleId("format.symbols", "a run of symbols"),
    ),
)
