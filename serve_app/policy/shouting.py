"""Shouting rule: sentences in capitals, runs of exclamation or question marks, ornaments."""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

import regex
from pydantic import Field

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId, fields_of

_EMOJI: Final = regex.compile(r"\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f|\p{Regional_Indicator}{2}")
# A masked "f***" is no ornament, nor are the stars of a rating.
_SYMBOL_RUN: Final = regex.compile(r"(?<![★☆])[★☆]{5}(?![★☆])(*SKIP)(*FAIL)|(?<!\p{L})([\p{S}#*~=_|])\1{2,}")
# Of the ellipsis of Chinese, "……", NFKC makes six dots.
_STOP_RUN: Final = regex.compile(r"。{2,}|、{2,}|।{3,}|,{2,}|،{2,}|;{2,}|(?<!\.)\.\.(?!\.)|\.{7,}|¡{3,}|¿{3,}")
_WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}]++(?:['’\-][\p{L}\p{M}\p{N}]++)*+")
_CASED: Final = regex.compile(r"[\p{Lu}\p{Ll}\p{Lt}]")
_CASELESS: Final = regex.compile(r"\p{Lo}")
# What stands within a shouted run. A comma parts abbreviations.
_BESIDE: Final = regex.compile(r"[\s!?.¡¿\"“”'’\-–—…]*+")
_LONG_WORD: Final = 6
_LONG_ALONE: Final = 9
_LONG_RUN: Final = 4  # words, in a field that is not shouted as a whole
_MOST_CASELESS: Final = 0.05


class ShoutingRule(Knobs):
    """Capitals, marks and symbols.

    max_caps_share: greatest share of letters in shouted words, for fields of at least `min_letters` letters in them.
    Not shouted are abbreviations, words that the item has in capitals too, and words between letters without case.
    """

    action: Action = "block"
    marks: Action = "rewrite"
    max_caps_share: float = Field(default=0.5, ge=0, le=1)
    min_letters: int = Field(default=12, ge=1)
    max_marks_in_a_row: int = Field(default=2, ge=1)


def shouting(copy: Copy, context: PolicyContext, settings: ShoutingRule) -> Iterator[Hit]:
    """format.shouting, format.marks and format.symbols."""
    for field, text in fields_of(copy):
        if loud := _shouted(text, context, settings):
            yield Hit("format.shouting", settings.action, field, loud)
        if run := _marks_run(settings.max_marks_in_a_row + 1).search(text) or _STOP_RUN.search(text):
            yield Hit("format.marks", settings.marks, field, run.group())
        if run := _SYMBOL_RUN.search(text if text.isascii() else _EMOJI.sub("", text)):
            yield Hit("format.symbols", settings.action, field, run.group())


@cache
def _marks_run(least: int) -> regex.Pattern[str]:
    return regex.compile(rf"[!?؟❗❓❕❔](?:\s?+[!?؟❗❓❕❔]){{{least - 1},}}")


def _shouted(text: str, context: PolicyContext, settings: ShoutingRule) -> str:
    """Return the shouted words, where they are most of the field or a sentence of it."""
    if sum(map(str.isupper, text)) < settings.min_letters:
        return ""
    cased = len(_CASED.findall(text))
    if cased < settings.min_letters or len(_CASELESS.findall(text)) > _MOST_CASELESS * cased:
        return ""
    runs = [*_runs(text, context)]
    letters = sum(_letters(run) for run in runs)
    if letters >= settings.min_letters and letters > settings.max_caps_share * cased:
        return text
    long = (run for run in runs if len(run) >= _LONG_RUN and _letters(run) >= settings.min_letters)
    return " ".join(next(long, ()))


def _runs(text: str, context: PolicyContext) -> Iterator[list[str]]:
    """Yield the runs of words in capitals that are no abbreviations and no names of the item."""
    run: list[str] = []
    end = 0
    for match in _WORD.finditer(text):
        word = match.group()
        if not (word.isupper() and _BESIDE.fullmatch(text, end, match.start())):
            yield from _if_shouted(run, context)
            run = []
        if word.isupper():
            run.append(word)
        end = match.end()
    yield from _if_shouted(run, context)


def _if_shouted(run: list[str], context: PolicyContext) -> Iterator[list[str]]:
    longest = max(map(len, run), default=0)
    if longest < (_LONG_ALONE if len(run) == 1 else _LONG_WORD if len(run) == 2 else 2):
        return
    if not all(word in context.evidence.capitals for word in run):
        yield run


def _letters(run: list[str]) -> int:
    return sum(len(_CASED.findall(word)) for word in run)


SHOUTING = Rule(
    "shouting",
    shouting,
    (
        RuleId("format.shouting", "too many capitals"),
        RuleId("format.marks", "a run of exclamation or question marks, or of stops", "marks"),
        RuleId("format.symbols", "a run of symbols"),
    ),
)
