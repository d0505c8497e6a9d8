"""Empty rule: a requested field is missing, has no words, or has a test or filler in place of copy."""

# ruff: noqa: RUF001 - the marks and letters of other scripts are meant

from __future__ import annotations

from collections.abc import Iterator

import regex

from deployments.item_text import title_of
from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId
from serve_app.policy.form import form_of
from serve_app.policy.text import fold, folded_field, readable

_PLACEHOLDERS = frozenset(
    [
        *("title", "body", "headline", "text", "string", "notification", "push notification", "message", "copy"),
        *("none", "null", "undefined", "nan", "n a", "na", "tbd", "todo", "placeholder", "lorem ipsum", "example"),
        *("title here", "body here", "your title here", "your text here", "insert title", "insert text", "no title"),
    ]
)


_TODO = regex.compile(r"(?<!\w)TODO(?=\s*[:\-–—]|\s\p{Ll})|^TODO$")
_TODO_IS_ALL = frozenset({"es", "pt", "gl", "ca", "it"})


class EmptyRule(Knobs):
    """Empty fields and placeholder words."""

    action: Action = "block"


def empty(copy: Copy, context: PolicyContext, settings: EmptyRule) -> Iterator[Hit]:
    """format.empty and format.test_text, for the requested fields."""
    for field in context.requested_fields:
        text: str = getattr(copy, field)
        folded = folded_field(text)
        if not folded:
            yield Hit("format.empty", settings.action, field, text)
        elif folded in _PLACEHOLDERS and folded != fold(title_of(context.item)):
            yield Hit("format.test_text", settings.action, field, text)
        elif found := _test(readable(text), context):
            yield Hit("format.test_text", settings.action, field, found)


def _test(text: str, context: PolicyContext) -> str:
    """Return the words of a test or of filler that are not the item's."""
    language = context.item.language
    match = form_of(language).test.search(text.strip()) or _todo(text, language)
    return "" if match is None or match.group().casefold().strip() in context.evidence.casefolded else match.group()


def _todo(text: str, language: str) -> regex.Match[str] | None:
    return _TODO.search(text) if "TODO" in text and language not in _TODO_IS_ALL else None


EMPTY = Rule(
    "empty",
    empty,
    (
        RuleId("format.empty", "a requested field has no words"),
        RuleId("format.test_text", "placeholder or test text in place of copy"),
    ),
)
