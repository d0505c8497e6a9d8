"""Length rule: the platform would cut a longer copy, or refuse the push."""

from __future__ import annotations

from collections.abc import Iterator

from deployments.counting import measure
from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, FieldName, Hit, PolicyContext, Rule, RuleId


class LengthRule(Knobs):
    """Fields longer than the length profile allows."""

    action: Action = "block"


def length(copy: Copy, context: PolicyContext, settings: LengthRule) -> Iterator[Hit]:
    """length.title and length.body, in the counting unit of the profile."""
    profile = context.profile
    limits: tuple[tuple[FieldName, int], ...] = (("title", profile.max_title), ("body", profile.max_body))
    for field, limit in limits:
        text: str = getattr(copy, field)
        if measure(text, profile.counting_unit) > limit:
            yield Hit(f"length.{field}", settings.action, field, text)


LENGTH = Rule(
    "length",
    length,
    (
        RuleId("length.title", "the title is longer than the length profile allows"),
        RuleId("length.body", "the body is longer than the length profile allows"),
    ),
)
