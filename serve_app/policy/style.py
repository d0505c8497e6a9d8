"""Style rule: a copy that does not show what its category cannot do without, such as a question its question mark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId, fields_of


class StyleRule(Knobs):
    """Copy without its category's mark, `shows` in the catalogue. Most styles have none: no pattern knows a joke."""

    action: Action = "review"


def style(copy: Copy, context: PolicyContext, settings: StyleRule) -> Iterator[Hit]:
    """style.category, for copy that was written in a category."""
    shows = context.styles.get(context.category, "")
    if shows and not any(_pattern(shows).search(text) for _, text in fields_of(copy)):
        yield Hit("style.category", settings.action, "", "", message=f"does not show the style {context.category}")


@lru_cache(maxsize=64)
def _pattern(shows: str) -> re.Pattern[str]:
    return re.compile(shows, re.IGNORECASE)


STYLE = Rule("style", style, (RuleId("style.category", "does not show its category's style"),))
