"""Ranking, margin and the fallback chain: which copy is sent, and the reason code. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from deployments.types import Candidate, Notification, Reason, Source
from serve_app.knobs import SelectionKnobs


@dataclass(frozen=True)
class Selection:
    """The outcome: every copy ranked, and the one to send."""

    ranked: tuple[Candidate, ...]
    notification: Notification | None
    source: Source
    reason: Reason


def with_scores(candidates: Sequence[Candidate], knobs: SelectionKnobs) -> list[Candidate]:
    """Fill `score` of every copy that has a reward: mean - caution x spread, plus the centred likelihood term."""
    likelihoods = [c.likelihood for c in candidates if c.likelihood is not None and c.reward is not None]
    centre = median(likelihoods) if likelihoods else 0.0
    scored = []
    for c in candidates:
        if c.reward is None:
            scored.append(c)
            continue
        fluency = 0.0 if c.likelihood is None else knobs.likelihood_weight * (c.likelihood - centre)
        score = c.reward.mean - knobs.caution * c.reward.spread + fluency
        scored.append(c.model_copy(update={"score": score}))
    return scored


def select(candidates: Sequence[Candidate], knobs: SelectionKnobs, margin: float) -> Selection:
    """Choose among generated copies, incumbents and templates.

    The best generated copy must exceed the best human incumbent's score by `margin`, else the incumbent is kept; a
    template is used when there is neither; then nothing is sent.
    """
    ranked = rank(with_scores(candidates, knobs))
    usable = [c for c in ranked if not c.rejected]
    generated = [c for c in usable if c.source is Source.GENERATED and c.score is not None]
    incumbents = [c for c in usable if c.source is Source.INCUMBENT]
    templates = [c for c in usable if c.source is Source.TEMPLATE]
    best = generated[0] if generated else None
    incumbent = incumbents[0] if incumbents else None

    if best is not None and incumbent is None:
        return _outcome(ranked, best, Reason.BEST_CANDIDATE)
    if best is not None and incumbent is not None and incumbent.score is not None:
        beats = best.score is not None and best.score > incumbent.score + margin
        return _outcome(ranked, best if beats else incumbent, Reason.BEAT_INCUMBENT if beats else Reason.BELOW_MARGIN)
    fallback = incumbent or (templates[0] if templates else None)
    return _outcome(ranked, fallback, _why_no_candidate(candidates))


def rank(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Scored copies by score, then unscored ones as they came, rejected ones last."""
    in_order = sorted(candidates, key=lambda c: (c.rejected, c.score is None, -(c.score or 0.0)))
    return tuple(c.model_copy(update={"rank": rank}) for rank, c in enumerate(in_order, start=1))


def _why_no_candidate(candidates: Sequence[Candidate]) -> Reason:
    generated = [c for c in candidates if c.source is Source.GENERATED]
    if not generated:
        return Reason.NO_CANDIDATES
    return Reason.ALL_REJECTED if all(c.rejected for c in generated) else Reason.UNSCORED


def _outcome(ranked: tuple[Candidate, ...], chosen: Candidate | None, reason: Reason) -> Selection:
    if chosen is None:
        return Selection(ranked, None, Source.NONE, reason)
    notification = Notification(title=chosen.title, body=chosen.body, category=chosen.category, candidate_id=chosen.id)
    return Selection(ranked, notification, chosen.source, reason)
