"""Date rule: days, times and years are the item's, or follow from them."""

from __future__ import annotations

from collections.abc import Iterator

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId
from serve_app.policy.grounding import ungrounded


class DateRule(Knobs):
    """Days, times and years that the item does not have.

    loose: for words that promise no certain day, such as "tonight" in "cook it tonight", and for days that a reader
    may have worked out, such as the last of five Tuesdays.
    """

    action: Action = "block"
    loose: Action = "review"


def date(copy: Copy, context: PolicyContext, settings: DateRule) -> Iterator[Hit]:
    """grounding.date."""
    return ungrounded(copy, context, "date", settings.action, settings.loose, settings.loose)


DATE = Rule("date", date, (RuleId("grounding.date", "the item has no such date"),))
