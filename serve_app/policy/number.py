"""Number rule: a number of the copy stands in the item, or follows from what it says."""

from __future__ import annotations

from collections.abc import Iterator

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId
from serve_app.policy.grounding import ungrounded


class NumberRule(Knobs):
    """Numbers, in figures or words, that the item does not have.

    idioms: for words that are a number only at times, such as "a couple of", and for numbers that a reader may have
    counted or worked out, such as "3 things" or what is left of a whole.
    """

    action: Action = "block"
    idioms: Action = "review"


def number(copy: Copy, context: PolicyContext, settings: NumberRule) -> Iterator[Hit]:
    """grounding.number."""
    return ungrounded(copy, context, "number", settings.action, settings.idioms)


NUMBER = Rule("number", number, (RuleId("grounding.number", "the item has no such number"),))
