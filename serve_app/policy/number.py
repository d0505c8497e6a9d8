"""Number rule: a number of the copy stands in the item, or follows from what it says."""

from __future__ import annotations

from collections.abc import Iterator

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.amounts.multiples import multiples
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId, fields_of
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
    yield from ungrounded(copy, context, "number", settings.action, settings.idioms, settings.idioms)
    for field, text in fields_of(copy):
        for multiple in multiples(text):
            if all(evidence.facts.denies(multiple) for evidence in context.grounds):
                span = (multiple.start, multiple.end)
                yield Hit("grounding.number", settings.action, field, text[slice(*span)], span)


NUMBER = Rule("number", number, (RuleId("grounding.number", "the item has no such number"),))
