"""Duplicate rule: rejects a copy close to one sent lately, or equal to an earlier candidate of the request."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field
from rapidfuzz import fuzz

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext
from serve_app.policy.text import fold


class DuplicateRule(Knobs):
    """Duplicates of recent copies and of other candidates.

    recent_similarity: rapidfuzz's normalised indel ratio of the folded, sorted words, 0 to 100.
    """

    recent: Action = "block"
    same_request: Action = "block"
    recent_similarity: float = Field(default=88.0, ge=50, le=100)


def duplicate(copy: Copy, context: PolicyContext, settings: DuplicateRule) -> Iterator[Hit]:
    """DUPLICATE_RECENT and DUPLICATE_CANDIDATE."""
    fields = [f for f in ("title", "body") if fold(getattr(copy, f))]
    if not fields:
        return
    text = _joined(copy, fields)
    for recent in context.recent_copies:
        if fuzz.token_sort_ratio(text, _joined(recent, fields)) >= settings.recent_similarity:
            yield Hit("DUPLICATE_RECENT", settings.recent, fields[0], _shown(recent, fields))
            break
    if any(text == _joined(other, fields) for other in context.others):
        yield Hit("DUPLICATE_CANDIDATE", settings.same_request, fields[0], _shown(copy, fields))


def _joined(copy: Copy, fields: list[str]) -> str:
    """Join the fields that the checked copy has, so that a title-only copy is compared with titles only."""
    return fold(_shown(copy, fields))


def _shown(copy: Copy, fields: list[str]) -> str:
    return " ".join(getattr(copy, f) for f in fields)
