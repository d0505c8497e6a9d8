"""Generated candidates in one order, whenever their drafts arrive: ids, duplicates. No I/O.

So a seed gives the same Decision again, though drafts finish in another order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from deployments.types import Candidate, CategoryPlan, Copy, Draft, Source
from serve_app.policy import PolicyContext, PolicySettings, check
from serve_app.policy.context import RecentCopies


@dataclass(frozen=True)
class Numbering:
    """Ids by the place of the category in the plan, then the draft's index in it: c1, c2 ...

    A number whose draft is not written stays free. round: 1, or 2 where the generator writes again. before: the
    numbers that an earlier round has used.
    """

    plan: Sequence[CategoryPlan]
    per_category: int
    round: int = 1
    before: int = 0

    @property
    def last(self) -> int:
        return self.before + len(self.plan) * self.per_category

    def id_of(self, draft: Draft) -> str:
        place = [planned.category for planned in self.plan].index(draft.category)
        return f"c{self.before + 1 + place * self.per_category + draft.index}"


def by_number(candidate: Candidate) -> tuple[int, str]:
    """The key of that order: c2 before c10."""
    return len(candidate.id), candidate.id


def distinct(candidates: Sequence[Candidate], context: PolicyContext, settings: PolicySettings) -> list[Candidate]:
    """Reject generated candidates that are like an earlier one of the sequence. Incumbents and templates stay.

    Takes milliseconds: call it in a thread.
    """
    accepted: list[Copy] = []
    # They were held against recent copies and incumbents before.
    context = replace(context, others=accepted, recent_copies=RecentCopies(), incumbents=RecentCopies(), generated=True)
    return [_against(accepted, candidate, context, settings) for candidate in candidates]


def _against(accepted: list[Copy], candidate: Candidate, context: PolicyContext, settings: PolicySettings) -> Candidate:
    if candidate.source is not Source.GENERATED or candidate.rejected:
        return candidate
    alike = check(candidate.copy_text, context, settings, only=("duplicate",))
    new = tuple(finding for finding in alike if finding not in candidate.findings)
    if any(finding.severity.rejects for finding in new):
        return candidate.model_copy(update={"findings": (*candidate.findings, *new), "rejected": True})
    accepted.append(candidate.copy_text)
    return candidate.model_copy(update={"findings": (*candidate.findings, *new)}) if new else candidate
