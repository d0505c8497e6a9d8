"""Length rule: the platform would cut a longer copy, or refuse the push."""

from __future__ import annotations

from collections.abc import Iterator

from deployments.counting import measure
from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext


class LengthRule(Knobs):
    """Fields longer than the length profile allows."""

    action: Action = "block"


def length(copy: Copy, context: PolicyContext, settings: LengthRule) -> Iterator[Hit]:
    """TOO_LONG, in the counting unit of the profile."""
    profile = context.profile
    for field, text, limit in (("title", copy.title, profile.max_title), ("body", copy.body, profile.max_body)):
        if measure(text, profile.counting_unit) > limit:
            yield Hit("TOO_LONG", settings.action, field, text)
