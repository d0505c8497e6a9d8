"""Empty rule: a requested field is missing, has no words, or holds a placeholder such as the field's name."""

from __future__ import annotations

from collections.abc import Iterator

from deployments.item_text import title_of
from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId
from serve_app.policy.text import fold

_PLACEHOLDERS = frozenset(
    [
        *("title", "body", "headline", "text", "string", "notification", "push notification", "message", "copy"),
        *("none", "null", "undefined", "nan", "n a", "na", "tbd", "todo", "placeholder", "lorem ipsum", "example"),
        *("title here", "body here", "your title here", "your text here", "insert title", "insert text", "no title"),
    ]
)


class EmptyRule(Knobs):
    """Empty fields and placeholder words."""

    action: Action = "block"


def empty(copy: Copy, context: PolicyContext, settings: EmptyRule) -> Iterator[Hit]:
    """format.empty and format.test_text, for the requested fields."""
    for field in context.requested_fields:
        text: str = getattr(copy, field)
        folded = fold(text)
        if not folded:
            yield Hit("format.empty", settings.action, field, text)
        elif folded in _PLACEHOLDERS and folded != fold(title_of(context.item)):
            yield Hit("format.test_text", settings.action, field, text)


EMPTY = Rule(
    "empty",
    empty,
    (
        RuleId("format.empty", "a requested field has no words"),
        RuleId("format.test_text", "placeholder or test text in place of copy"),
    ),
)
