"""Price rule: money, discounts and "free" are the item's, in its currency."""

from __future__ import annotations

from collections.abc import Iterator

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId
from serve_app.policy.grounding import ungrounded


class PriceRule(Knobs):
    """Prices and discounts that the item does not have and that do not follow from its prices.

    What a share that the item names comes to, such as a third of its sum, is reviewed.
    """

    action: Action = "block"


def price(copy: Copy, context: PolicyContext, settings: PriceRule) -> Iterator[Hit]:
    """grounding.price."""
    inferred: Action = "review" if settings.action == "block" else settings.action
    return ungrounded(copy, context, "price", settings.action, settings.action, inferred)


PRICE = Rule("price", price, (RuleId("grounding.price", "the item has no such price"),))
