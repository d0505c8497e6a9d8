"""What the number, price and date rules share: the claims of a copy that the item does not ground."""

from __future__ import annotations

from collections.abc import Iterator

from deployments.types import Copy
from serve_app.policy.amounts.claims import Subject
from serve_app.policy.amounts.reader import claims
from serve_app.policy.context import Action, Hit, PolicyContext, fields_of


def ungrounded(copy: Copy, context: PolicyContext, subject: Subject, action: Action, unsure: Action) -> Iterator[Hit]:
    """Yield a hit for each claim of this subject that no text of the context has.

    unsure: the action for a word that may be no claim.
    """
    for field, text in fields_of(copy):
        for claim in claims(text, context.item.language):
            if (
                claim.weak
                or claim.subject != subject
                or any(evidence.facts.holds(claim) for evidence in context.grounds)
            ):
                continue
            sure = claim.sure and not (subject == "number" and context.evidence.facts.inferred.follows(claim, text))
            yield Hit(
                f"grounding.{subject}",
                action if sure else unsure,
                field,
                text[claim.start : claim.end],
                (claim.start, claim.end),
                evidence=context.evidence.facts.nearest(claim),
            )
