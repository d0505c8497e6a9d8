"""Duplicate rule: rejects a copy close to one sent lately, or equal to an earlier candidate of the request."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field
from rapidfuzz import fuzz, process

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId, fields_of, joined, sorted_words
from serve_app.policy.text import fold


class DuplicateRule(Knobs):
    """Duplicates of recent copies and of other candidates.

    recent_similarity: rapidfuzz's normalised indel ratio of the folded, sorted words, 0 to 100.
    """

    recent: Action = "block"
    same_request: Action = "block"
    recent_similarity: float = Field(default=88.0, ge=50, le=100)


def duplicate(copy: Copy, context: PolicyContext, settings: DuplicateRule) -> Iterator[Hit]:
    """duplicate.recent and duplicate.candidate."""
    fields = tuple(f for f, text in fields_of(copy) if fold(text))
    if not fields:
        return
    recent = context.recent_copies
    alike = process.extract_iter(
        sorted_words(copy, fields),
        recent.sorted_words(fields),
        scorer=fuzz.ratio,
        processor=None,
        score_cutoff=settings.recent_similarity,
    )
    for _, _, index in alike:
        yield Hit("duplicate.recent", settings.recent, fields[0], joined(recent.copies[index], fields))
        break
    text = fold(joined(copy, fields))
    if any(text == fold(joined(other, fields)) for other in context.others):
        yield Hit("duplicate.candidate", settings.same_request, fields[0], joined(copy, fields))


DUPLICATE = Rule(
    "duplicate",
    duplicate,
    (
        RuleId("duplicate.recent", "close to a copy that was sent lately", "recent"),
        RuleId("duplicate.candidate", "equal to an earlier candidate", "same_request"),
    ),
)
