"""What the number, price and date rules share: the claims of a copy that the item does not ground."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import regex

from deployments.types import Copy
from serve_app.policy.amounts.claims import Claim, Subject
from serve_app.policy.amounts.price_units import units_of
from serve_app.policy.amounts.reader import claims
from serve_app.policy.context import MOST_HITS, Action, Hit, PolicyContext, fields_of
from serve_app.policy.evidence import Evidence

_AMOUNT: Final = regex.compile(r"\d.*", regex.DOTALL)
_LONGEST_UNIT: Final = 20
_TOGETHER: Final = r"[\p{Han}\p{Hiragana}\p{Katakana}]"  # a unit is one character, and the text goes on behind it
_UNIT: Final = regex.compile(rf"{_TOGETHER}|[[\p{{L}}\p{{M}}]--{_TOGETHER}]*+|[\p{{Sc}}%]", regex.VERSION1)
# No figure or word goes on around an amount: 500kg is not said by 1,500kg.
_BEGINS: Final = regex.compile(r"(?<!\d)(?<!\d[.,٫٬\s'’])")  # noqa: RUF001
_ENDS: Final = regex.compile(rf"(?![[\p{{L}}\p{{M}}\p{{N}}]--{_TOGETHER}])", regex.VERSION1)


def _is_said(text: str, start: int, end: int, item: str) -> bool:
    """Whether the item has the digits with their unit in the same words, however it bounds them: 200 درهم."""
    amount = _AMOUNT.search(text[start:end])
    unit = _UNIT.match(text, end, end + _LONGEST_UNIT)
    words = amount.group() + (unit.group() if unit else "") if amount else ""
    return bool(words) and not words.isdecimal() and _stands_in(item, words)


@lru_cache(maxsize=128)  # it keeps the items' texts
def _stands_in(item: str, amount: str) -> bool:
    at = item.find(amount)
    while at >= 0:
        if _BEGINS.match(item, at) and _ENDS.match(item, at + len(amount)):
            return True
        at = item.find(amount, at + 1)
    return False


def _holds(evidence: Evidence, claim: Claim, text: str) -> bool:
    if claim.subject != "price":
        return evidence.facts.holds(claim)
    units = units_of(text, claim.start, claim.end)
    return evidence.facts.holds_price(claim, units) or evidence.price_terms.is_total(claim)


def ungrounded(
    copy: Copy, context: PolicyContext, subject: Subject, action: Action, unsure: Action, inferred: Action
) -> Iterator[Hit]:
    """Yield a hit for each claim of this subject that no text of the context has.

    unsure: the action for a word that may be no claim. inferred: for what a reader may have worked out from the item.
    Hits that nobody sees have no evidence.
    """
    hits = 0
    for field, text in fields_of(copy):
        for claim in claims(text, context.item.language):
            if (
                claim.weak
                or claim.subject != subject
                or any(_holds(evidence, claim, text) for evidence in context.grounds)
            ):
                continue
            said = not claim.sure or _is_said(text, claim.start, claim.end, context.evidence.text)
            effect = unsure if said else action
            if effect == action and context.evidence.facts.inferred.follows(claim, text):
                effect = inferred
            hits += effect != "off"
            yield Hit(
                f"grounding.{subject}",
                effect,
                field,
                text[claim.start : claim.end],
                (claim.start, claim.end),
                evidence=context.evidence.facts.nearest(claim) if hits <= MOST_HITS or effect == "block" else "",
            )
