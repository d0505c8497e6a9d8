"""Nothing there: an asked-for field is missing, has no words, or repeats the name of the field."""

from __future__ import annotations

from collections.abc import Iterator

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext
from serve_app.policy.text import fold

_PLACEHOLDERS = frozenset(
    [
        *("title", "body", "headline", "text", "string", "notification", "push notification", "message", "copy"),
        *("none", "null", "undefined", "nan", "n a", "na", "tbd", "todo", "placeholder", "lorem ipsum", "example"),
        *("title here", "body here", "your title here", "your text here", "insert title", "insert text", "no title"),
    ]
)


class EmptyRule(Knobs):
    action: Action = "block"


def empty(copy: Copy, context: PolicyContext, settings: EmptyRule) -> Iterator[Hit]:
    """EMPTY_FIELD and PLACEHOLDER_TEXT, for the fields that the request asks for."""
    for field in context.asked:
        text: str = getattr(copy, field)
        folded = fold(text)
        if not folded:
            yield Hit("EMPTY_FIELD", settings.action, field, text)
        elif folded in _PLACEHOLDERS and folded != fold(context.item.title):
            yield Hit("PLACEHOLDER_TEXT", settings.action, field, text)
