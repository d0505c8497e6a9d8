"""A recorded choice made again from its rewards and findings, by the code that made it. No model is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from deployments.item_text import given_caption
from deployments.types import Candidate, Notification, Reason, Source, Tier
from serve_app.flow.audit import AuditEntry, AuditText
from serve_app.flow.canonical import by_number
from serve_app.flow.fit import UNFIT, UNKNOWN, gated
from serve_app.flow.knobs import IngressKnobs, SelectionKnobs
from serve_app.flow.select import Selection, select, select_uncompared, with_scores, with_win_probabilities
from serve_app.policy import PolicyContext, check
from serve_app.policy.context import RecentCopies
from serve_app.policy.tiers import tier_of

_OF_THE_GATE: Final = (UNFIT, UNKNOWN)
# The entry has neither the tenant's terms, nor the order in which copies were compared, nor the catalogue's patterns.
_NOT_TRIED_AGAIN: Final = ("terms.tenant", "duplicate.candidate", "style.category")


@dataclass(frozen=True)
class Choice:
    """What was or would be sent. candidate: its id; empty for nothing."""

    candidate: str
    title: str
    body: str
    source: str
    reason: str
    tier: str


@dataclass(frozen=True)
class Replay:
    """An entry's recorded choice, and the one made again. policy_checked: whether the rules ran again, on its text."""

    request_id: str
    recorded: Choice
    replayed: Choice
    policy_checked: bool

    @property
    def same(self) -> bool:
        return self.recorded == self.replayed


def replay(entry: AuditEntry, knobs: IngressKnobs | None = None) -> Replay:
    """Make the choice of an entry again, under other knobs if given.

    Other knobs change selection, fit gate and tiers, and the policy where the entry has the item's text. They cannot
    change what was written. Takes milliseconds a rule and candidate.
    """
    selection = entry.selection if knobs is None else knobs.selection
    tiers = entry.tiers if knobs is None else knobs.tiers
    made = entry.decision
    recheck = knobs is not None and entry.text is not None
    candidates = _in_order(entry, _rechecked(entry, entry.text, knobs))
    chosen = _select(entry, gated([_ungated(c) for c in candidates], selection.fit), selection)
    tier = tier_of(chosen.ranked, chosen.notification, tiers)
    return Replay(
        made.request_id,
        _choice(made.notification, made.source, made.reason, made.tier),
        _choice(chosen.notification, chosen.source, chosen.reason, tier),
        policy_checked=recheck,
    )


def _select(entry: AuditEntry, candidates: list[Candidate], selection: SelectionKnobs) -> Selection:
    if not entry.calibration.compares:
        return select_uncompared(candidates)
    margin = selection.margin if entry.margin is None else entry.margin
    return select(with_win_probabilities(with_scores(candidates, selection), entry.calibration), margin)


def _in_order(entry: AuditEntry, candidates: tuple[Candidate, ...]) -> list[Candidate]:
    """The order in which the flow selected: generated copies by number, then the caller's in its own order."""
    places = {id_: place for place, id_ in enumerate(entry.incumbents)}
    written = sorted((c for c in candidates if c.source is Source.GENERATED), key=by_number)
    existing = [c for c in candidates if c.source is not Source.GENERATED]
    return [*written, *sorted(existing, key=lambda c: places.get(c.id, len(places)))]


def _ungated(candidate: Candidate) -> Candidate:
    """Take back what gate and selection added."""
    findings = tuple(f for f in candidate.findings if f.rule not in _OF_THE_GATE)
    gate_alone = candidate.source is Source.GENERATED and not any(f.severity.rejects for f in findings)
    rejected = candidate.rejected and not gate_alone
    update = {"findings": findings, "rejected": rejected, "score": None, "win_probability": None, "rank": 0}
    return candidate.model_copy(update=update)


def _rechecked(entry: AuditEntry, text: AuditText | None, knobs: IngressKnobs | None) -> tuple[Candidate, ...]:
    """Run the rules again over generated copies. One that they rejected has no reward, so it cannot be chosen."""
    if text is None or knobs is None:
        return entry.decision.candidates
    caption = entry.decision.caption.text or given_caption(text.item)
    context = PolicyContext.of(
        text.item,
        caption,
        text.profile,
        text.recent_copies,
        incumbents=RecentCopies(tuple(c.copy_text for c in entry.decision.candidates if c.source is Source.INCUMBENT)),
        output_fields=entry.decision.options.output_fields,
        generated=True,
        sexual_content=entry.decision.caption.sexual_content,
    )
    return tuple(_checked(c, context, knobs) if c.source is Source.GENERATED else c for c in entry.decision.candidates)


def _checked(candidate: Candidate, context: PolicyContext, knobs: IngressKnobs) -> Candidate:
    kept = (f for f in candidate.findings if f.rule in _NOT_TRIED_AGAIN)
    findings = (*check(candidate.copy_text, context, knobs.policy), *kept)
    rejected = any(f.severity.rejects for f in findings)
    return candidate.model_copy(update={"findings": findings, "rejected": rejected})


def _choice(sent: Notification | None, source: Source, reason: Reason, tier: Tier | None) -> Choice:
    return Choice(
        sent.candidate_id if sent else "",
        sent.title if sent else "",
        sent.body if sent else "",
        source.name,
        reason.name,
        tier.name if tier else "",
    )
