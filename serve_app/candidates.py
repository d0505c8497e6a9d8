"""Copies as candidates: what was written, and what existed before, held against the policy. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deployments.types import Candidate, Draft, Incumbent, Severity, Source
from serve_app.policy import PolicyContext, PolicySettings, check, unfinished
from serve_app.templates import as_candidate


def from_drafts(
    drafts: Sequence[Draft], before: Sequence[Candidate], context: PolicyContext, settings: PolicySettings
) -> list[Candidate]:
    """A candidate for each draft, in order, numbered on from those `before`; each is held against all accepted earlier.

    Near a millisecond of CPU a draft: for a thread.
    """
    others = [c.copy_text for c in before if not c.rejected]
    found: list[Candidate] = []
    for number, draft in enumerate(drafts, start=len(before) + 1):
        copy = draft.copy_text
        findings = check(copy, replace(context, others=tuple(others)), settings)
        if not draft.finished and not any(f.rule == "finished" and f.severity is Severity.BLOCK for f in findings):
            findings = (unfinished(copy), *findings)
        rejected = any(f.severity is Severity.BLOCK for f in findings)
        if not rejected:
            others.append(copy)
        found.append(
            Candidate(
                id=f"c{number}",
                title=copy.title,
                body=copy.body,
                category=draft.category,
                source=Source.GENERATED,
                likelihood=draft.likelihood,
                fit=draft.fit,
                findings=findings,
                rejected=rejected,
            )
        )
    return found


def from_incumbent(incumbent: Incumbent, context: PolicyContext, settings: PolicySettings) -> Candidate:
    """An incumbent in the running. A person's words are theirs; a filled template must still fit the platform."""
    candidate = as_candidate(incumbent, context.item)
    if candidate.source is not Source.TEMPLATE or candidate.rejected:
        return candidate
    findings = check(candidate.copy_text, context, settings, only=("length",))
    rejected = any(f.severity is Severity.BLOCK for f in findings)
    return candidate.model_copy(update={"findings": findings, "rejected": rejected})
