"""Duplicate rule: rejects a copy that says what was sent lately, or what the request has already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pydantic import Field
from rapidfuzz import fuzz

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, FieldName, Hit, PolicyContext, Rule, RuleId, fields_of, joined
from serve_app.policy.text import folded_field
from serve_app.policy.wording import Wording, is_other_news, is_unspaced, wording_of

_SAME_ORDER: Final = 90.0  # rapidfuzz's normalised indel ratio, 0 to 100
_UNSPACED_ALLOWANCE: Final = 0.06  # pieces of two letters change more with an edit than those of three


class DuplicateRule(Knobs):
    """Duplicates of recent copies, of incumbents and of other candidates.

    recent_likeness, maybe_likeness: Dice's coefficient of the pieces of words, 0 to 1; less by 0.06 for scripts without
    spaces. request_likeness: of copies of one request, which speak of one item. Not a duplicate is a copy with other
    numbers, names, or words of the item in the same sentence. incumbent: a tie, which selection gives to the incumbent.
    """

    recent: Action = "block"
    maybe: Action = "review"
    same_request: Action = "block"
    incumbent: Action = "review"
    recent_likeness: float = Field(default=0.74, ge=0.3, le=1)
    maybe_likeness: float = Field(default=0.64, ge=0.3, le=1)
    request_likeness: float = Field(default=0.95, ge=0.5, le=1)


def duplicate(copy: Copy, context: PolicyContext, settings: DuplicateRule) -> Iterator[Hit]:
    """duplicate.recent, duplicate.incumbent and duplicate.candidate."""
    fields = tuple(f for f, text in fields_of(copy) if folded_field(text))
    if not fields:
        return
    if not (context.recent_copies.copies or context.incumbents.copies or context.others):
        return
    language = context.item.language
    text = joined(copy, fields)
    wording = wording_of(text, language)
    least = _UNSPACED_ALLOWANCE if is_unspaced(text) else 0.0
    recent = context.recent_copies
    alike = _most_alike(wording, recent.wordings(fields, language), context)
    if alike and alike[0] >= settings.maybe_likeness - least:
        action = settings.recent if alike[0] >= settings.recent_likeness - least else settings.maybe
        yield _hit("duplicate.recent", action, fields, text, joined(recent.copies[alike[1]], fields))
    ours = settings.request_likeness
    incumbents = context.incumbents
    there = incumbents.wordings(fields, language)
    alike = _most_alike(wording, there, context)
    if alike and alike[0] >= ours and _in_order(wording, there[alike[1]]):
        yield _hit("duplicate.incumbent", settings.incumbent, fields, text, joined(incumbents.copies[alike[1]], fields))
    others = [joined(other, fields) for other in context.others]
    there = [wording_of(other, language) for other in others]
    alike = _most_alike(wording, there, context)
    if alike and alike[0] >= ours and _in_order(wording, there[alike[1]]):
        yield _hit("duplicate.candidate", settings.same_request, fields, text, others[alike[1]])


def _most_alike(copy: Wording, others: Sequence[Wording], context: PolicyContext) -> tuple[float, int] | None:
    """Return the greatest likeness and its place; None where all are other news."""
    order = sorted(((copy.likeness(other), at) for at, other in enumerate(others)), reverse=True)
    news = ((likeness, at) for likeness, at in order[:3] if not is_other_news(copy, others[at], context.evidence))
    return next(news, None)


def _in_order(copy: Wording, other: Wording) -> bool:
    """Whether the words come in about the same order: copies of one item share most words and may differ in that."""
    return fuzz.ratio(copy.folded, other.folded) >= _SAME_ORDER


def _hit(rule: str, action: Action, fields: tuple[FieldName, ...], text: str, other: str) -> Hit:
    return Hit(rule, action, fields[0], text, evidence=other)


DUPLICATE = Rule(
    "duplicate",
    duplicate,
    (
        RuleId("duplicate.recent", "says what a copy said that was sent lately", "recent"),
        RuleId("duplicate.incumbent", "equal to a copy that is there already", "incumbent"),
        RuleId("duplicate.candidate", "equal to an earlier candidate", "same_request"),
    ),
)
