"""Candidates from generated drafts and from incumbents, checked against the policy. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from deployments.invisible import without_invisible
from deployments.item_text import facts_of, given_caption
from deployments.types import (
    Candidate,
    Copy,
    Draft,
    Incumbent,
    Item,
    ItemFacts,
    LengthProfile,
    OutputField,
    PolicyFinding,
    Source,
)
from serve_app.access.caller import Caller
from serve_app.flow.canonical import Numbering
from serve_app.flow.templates import as_candidate
from serve_app.policy import UNFINISHED, PolicyContext, PolicySettings, check, check_all, unfinished
from serve_app.policy.context import RecentCopies
from serve_app.policy.registry import RULES
from serve_app.policy.repair import mended
from serve_app.policy.spans import raw_span

_PLACEHOLDER: Final = "placeholder."
# What is wrong with a single value, such as a title.
_FINDINGS_OF_VALUES: Final = (
    "format.invisible", "format.markup", "format.leftover", "pii.", "placeholder.", "safety.", "terms.",
)  # fmt: skip
_RULES_OF_VALUES: Final = tuple(
    name for name, rule in RULES.items() if any(kind.id.startswith(_FINDINGS_OF_VALUES) for kind in rule.ids)
)


def read(item: Item, profile: LengthProfile, caller: Caller) -> tuple[PolicyContext, ItemFacts]:
    """Read an item whose copies are given. A long one takes milliseconds: call it in a thread."""
    caption = given_caption(item)
    context = PolicyContext.of(item, caption, profile, tenant_terms=caller.terms, tenant_allowed=caller.allowed)
    return context, facts_of(item, caption)


def from_drafts(
    drafts: Sequence[Draft], numbering: Numbering, context: PolicyContext, settings: PolicySettings
) -> Iterator[Candidate]:
    """Yield one candidate per draft. `canonical.distinct` holds them against each other once all are there.

    Each is repaired where a rule can do it (`policy/repair`). Takes some ms of CPU per draft: run it with `in_steps`.
    """
    # A model writes the soft hyphens that it has read. Incumbents are sent as they are.
    copies = [Copy(title=without_invisible(draft.title), body=without_invisible(draft.body)) for draft in drafts]
    contexts = [replace(context, generated=True, category=draft.category) for draft in drafts]
    found = check_all([*zip(copies, contexts, strict=True)], settings)
    for draft, copy, own, findings in zip(drafts, copies, contexts, found, strict=True):
        yield _from_draft(draft, numbering, copy, findings, own, settings)


def _from_draft(
    draft: Draft,
    numbering: Numbering,
    copy: Copy,
    findings: tuple[PolicyFinding, ...],
    context: PolicyContext,
    settings: PolicySettings,
) -> Candidate:
    if not draft.finished:
        findings = (unfinished(copy), *(f for f in findings if f.rule != UNFINISHED))
    candidate = Candidate(
        id=numbering.id_of(draft), round=numbering.round, category=draft.category, source=Source.GENERATED,
        likelihood=draft.likelihood, fit=draft.fit, findings=findings,
        rejected=any(f.severity.rejects for f in findings), **copy.model_dump(),
    )  # fmt: skip
    better = mended(copy, findings, context, settings)
    if better is None:
        return candidate
    change = {**better.copy.model_dump(), "findings": better.findings, "repaired": better.repaired, "rejected": False}
    if better.trimmed:  # what the writer said of the whole does not hold
        change |= {"likelihood": None, "fit": None}
    return candidate.model_copy(update=change)


def from_incumbents(
    incumbents: Sequence[Incumbent], context: PolicyContext, settings: PolicySettings
) -> Iterator[Candidate]:
    """Yield incumbents as candidates. Takes some ms each, for a hostile template more: run it with `in_steps`."""
    return (from_incumbent(incumbent, context, settings) for incumbent in incumbents)


def from_incumbent(incumbent: Incumbent, context: PolicyContext, settings: PolicySettings) -> Candidate:
    """Return an incumbent as a candidate.

    A human copy is the caller's own word: it is checked for the caller to know, and only a placeholder that nobody
    fills in rejects it. A filled template holds the words of the item's author, and is checked as generated copy is.
    """
    candidate, values = as_candidate(incumbent, context.item)
    if candidate.rejected:
        return candidate
    context = replace(context, output_fields=_fields_of(incumbent), incumbents=RecentCopies())
    findings: tuple[PolicyFinding, ...] = ()
    if candidate.source is Source.TEMPLATE:
        findings = _of_values(values, candidate.copy_text, context, settings)
        context = replace(context, own_words=f"{incumbent.title} {incumbent.body}")
    of_whole = check(candidate.copy_text, context, settings)
    told = {(finding.rule, finding.field, finding.text) for finding in of_whole}
    findings = (*of_whole, *(f for f in findings if (f.rule, f.field, f.text) not in told))
    faults = [f for f in findings if f.severity.rejects]
    rejected = any(f.rule.startswith(_PLACEHOLDER) or candidate.source is Source.TEMPLATE for f in faults)
    return candidate.model_copy(update={"findings": findings, "rejected": rejected})


def from_copies(copies: Sequence[Copy], context: PolicyContext, settings: PolicySettings) -> Iterator[Candidate]:
    """Yield any copies as candidates, checked as generated copy is. Takes about 1 ms each: run it with `in_steps`."""
    found = check_all([(copy, context) for copy in copies], settings)
    for number, (copy, findings) in enumerate(zip(copies, found, strict=True), start=1):
        rejected = any(f.severity.rejects for f in findings)
        yield Candidate(
            id=f"i{number}", source=Source.INCUMBENT, findings=findings, rejected=rejected, **copy.model_dump()
        )


def _of_values(
    values: Copy, filled: Copy, context: PolicyContext, settings: PolicySettings
) -> tuple[PolicyFinding, ...]:
    """Check the author's words in a filled template by themselves: what stands around them may hide what they are."""
    found = check(values, context, settings, only=_RULES_OF_VALUES)
    return tuple(_placed(finding, filled) for finding in found if finding.rule.startswith(_FINDINGS_OF_VALUES))


def _placed(finding: PolicyFinding, filled: Copy) -> PolicyFinding:
    start, end = raw_span(getattr(filled, finding.field), finding.text, None)
    return finding.model_copy(update={"start": start, "end": end})


def _fields_of(incumbent: Incumbent) -> tuple[OutputField, ...]:
    fields = ((OutputField.TITLE, incumbent.title), (OutputField.BODY, incumbent.body))
    return tuple(field for field, text in fields if text.strip())
