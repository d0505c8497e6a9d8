"""Spacing rule: double spaces, a space before a mark, a little word written twice."""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, FieldName, Hit, PolicyContext, Rule, RuleId
from serve_app.policy.form import form_of
from serve_app.policy.known_placeholders import places

_DOUBLE: Final = regex.compile(r"(?<=\S) {2,}+(?=\S)")
# Not before what may begin a word: ".5", ".com", ":)". Hindi writes a space before its full stop.
_BEFORE_MARK: Final = regex.compile(r"(?<=[\p{L}\p{N}])[ \u00a0]++(?:[,;!?。，！？、；：،؛؟]|[.:](?=\s|$))(?![)(\]])")
_FRENCH: Final = regex.compile(r"(?<=[\p{L}\p{N}])[ \u00a0\u202f]++(?:,|\.(?=\s|$))")
_TWICE: Final = regex.compile(
    r"(?<![\p{L}\p{M}\-'’])(?P<word>\p{L}[\p{L}\p{M}'’]*+)[ \u00a0]++(?i:(?P=word))(?![\p{L}\p{M}\-])"
)


class SpacingRule(Knobs):
    """Slips of the writer that a repair mends."""

    action: Action = "rewrite"


def spacing(copy: Copy, context: PolicyContext, settings: SpacingRule) -> Iterator[Hit]:
    """format.spacing and format.repeated: each at most once a field."""
    before_mark = _FRENCH if context.item.language == "fr" else _BEFORE_MARK
    little = form_of(context.item.language).dangling
    fields: tuple[FieldName, ...] = ("title", "body")
    for field in fields:
        text: str = getattr(copy, field)
        known = [(place.start, place.end) for place in places(text, context.placeholders)]
        slips = [*_DOUBLE.finditer(text), *before_mark.finditer(text)]
        slip = next((one for one in slips if not any(a < one.end() and one.start() < b for a, b in known)), None)
        if slip is not None:
            yield Hit("format.spacing", settings.action, field, slip.group())
        twice = next((one for one in _TWICE.finditer(text) if one["word"].casefold() in little), None)
        if twice is not None:
            yield Hit("format.repeated", settings.action, field, twice.group())


SPACING = Rule(
    "spacing",
    spacing,
    (
        RuleId("format.spacing", "a double space, or a space before a mark"),
        RuleId("format.repeated", "a word is written twice"),
    ),
    as_sent=True,
)
