"""Price rule: money, discounts and "free" are the item's, in its currency."""

from __future__ import annotations

from collections.abc import Iterator

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.amounts.price_terms import shipped, sums, tax_of
from serve_app.policy.amounts.reader import claims
from serve_app.policy.context import Action, FieldName, Hit, PolicyContext, Rule, RuleId, fields_of
from serve_app.policy.grounding import ungrounded


class PriceRule(Knobs):
    """Prices and discounts that the item does not have and that do not follow from its prices.

    A price with tax or shipping is another one than the price without, where the item has both. What a share that the
    item names comes to, such as a third of its sum, is reviewed.
    """

    action: Action = "block"


def price(copy: Copy, context: PolicyContext, settings: PriceRule) -> Iterator[Hit]:
    """grounding.price."""
    inferred: Action = "review" if settings.action == "block" else settings.action
    yield from ungrounded(copy, context, "price", settings.action, settings.action, inferred)
    for field, start, end in _misstated(copy, context):
        yield Hit("grounding.price", settings.action, field, dict(fields_of(copy))[field][start:end], (start, end))


def _misstated(copy: Copy, context: PolicyContext) -> Iterator[tuple[FieldName, int, int]]:
    """Yield where a price of the item has a tax or a shipping that it has not there."""
    terms = [evidence.price_terms for evidence in context.grounds]
    prices = {
        field: [claim for claim in claims(text, context.item.language) if claim.subject == "price" and sums(claim)]
        for field, text in fields_of(copy)
    }
    everywhere = [claim for its in prices.values() for claim in its]
    for field, text in fields_of(copy):
        for claim in prices[field]:
            tax = tax_of(text, claim)
            if tax and all(its.denies_tax(claim, tax) for its in terms):
                yield field, claim.start, claim.end
        for start, end in shipped(text):
            if all(its.denies_shipping(everywhere) for its in terms):
                yield field, start, end


PRICE = Rule("price", price, (RuleId("grounding.price", "the item has no such price"),))
