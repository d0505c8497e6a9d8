"""Ranking, margin and the fallback chain: which copy is sent, and the reason code. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from deployments.types import Candidate, Notification, Reason, Source, WinCalibration
from serve_app.flow.fit import bounded, rejected_as_unfit
from serve_app.flow.knobs import EarlyStop, SelectionKnobs


@dataclass(frozen=True)
class Selection:
    """The outcome: every copy ranked, and the one to send."""

    ranked: tuple[Candidate, ...]
    notification: Notification | None
    source: Source
    reason: Reason


def with_scores(candidates: Sequence[Candidate], knobs: SelectionKnobs) -> list[Candidate]:
    """Fill `score` of every copy that has a reward, by the formula of SelectionKnobs.

    Caution is for what is new: an incumbent keeps its mean, or an unusual one would be the easier to replace. The doubt
    orders written copies: the one that is most surely fit pays nothing, so that one which passed the gate meets an
    incumbent, of which no fit is asked, by its reward.
    """
    likelihoods = [c.likelihood for c in candidates if c.likelihood is not None and c.reward is not None]
    centre = median(likelihoods) if likelihoods else 0.0
    fits = [bounded(c.fit) for c in candidates if c.fit is not None and c.reward is not None and _running(c)]
    surest = max(fits, default=1.0)
    scored = []
    for c in candidates:
        if c.reward is None:
            scored.append(c)
            continue
        fluency = 0.0 if c.likelihood is None else knobs.likelihood_weight * (c.likelihood - centre)
        caution = knobs.caution * c.reward.spread if _written(c) else 0.0
        doubt = 0.0
        if c.fit is not None and _written(c):
            doubt = knobs.fit.weight * min(0.0, math.log(bounded(c.fit) / surest))
        score = c.reward.mean - caution + fluency + doubt
        scored.append(c.model_copy(update={"score": score}))
    return scored


def with_win_probabilities(candidates: Sequence[Candidate], calibration: WinCalibration) -> list[Candidate]:
    """Fill `win_probability` of every other copy that has a reward, when there is a scored incumbent to beat."""
    incumbent = _best(candidates, Source.INCUMBENT)
    if incumbent is None or incumbent.reward is None:
        return list(candidates)
    beaten = incumbent.reward
    return [
        c
        if c is incumbent or c.reward is None
        else c.model_copy(update={"win_probability": calibration.win_probability(c.reward, beaten)})
        for c in candidates
    ]


def select(candidates: Sequence[Candidate], margin: float) -> Selection:
    """Choose among generated copies, incumbents and templates, their scores and win probabilities filled in.

    A generated copy must score above the best human incumbent and win against it with a probability above 0.5 and of at
    least 0.5 + `margin`; the best by score that does is sent. Without one the incumbent is kept; a template is used
    when there is neither; then nothing is sent.
    """
    ranked = rank(candidates)
    best = _best(ranked, Source.GENERATED)
    incumbent = next((c for c in ranked if c.source is Source.INCUMBENT and not c.rejected), None)

    if best is not None and incumbent is None:
        return _outcome(ranked, best, Reason.BEST_CANDIDATE)
    if best is not None and incumbent is not None and incumbent.score is not None:
        running = [c for c in ranked if c.source is Source.GENERATED and not c.rejected and c.score is not None]
        above = [c for c in running if _score(c) > incumbent.score]
        sure = next((c for c in above if _wins(c, margin)), None)
        if sure is not None:
            return _outcome(ranked, sure, Reason.BEAT_INCUMBENT)
        return _outcome(ranked, incumbent, Reason.BELOW_MARGIN if above else Reason.INCUMBENT_BETTER)
    template = next((c for c in ranked if c.source is Source.TEMPLATE and not c.rejected), None)
    return _outcome(ranked, incumbent or template, _why_no_candidate(candidates))


def ahead(candidates: Sequence[Candidate], calibration: WinCalibration, margin: float, rule: EarlyStop) -> bool:
    """Whether the best generated copy is so sure to win that no more need be written.

    It is the one that `select` would send now. Its win probability is that over the best usable incumbent; where there
    is none, over the next best generated copy.
    """
    chosen = select(candidates, margin)
    scored = [c for c in chosen.ranked if c.source is Source.GENERATED and not c.rejected and c.reward is not None]
    if chosen.source is not Source.GENERATED or chosen.notification is None or len(scored) < rule.min_candidates:
        return False
    best = next(c for c in scored if c.id == chosen.notification.candidate_id)
    if chosen.reason is Reason.BEAT_INCUMBENT:
        return best.win_probability is not None and best.win_probability >= rule.win_probability
    second = next((c for c in scored if c is not best), None)
    if second is None or best.reward is None or second.reward is None:
        return False
    return calibration.win_probability(best.reward, second.reward) >= rule.win_probability


def rank(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Scored copies by score, then unscored ones as they came, rejected ones last."""
    in_order = sorted(candidates, key=lambda c: (c.rejected, c.score is None, -_score(c)))
    return tuple(c.model_copy(update={"rank": rank}) for rank, c in enumerate(in_order, start=1))


def _best(candidates: Sequence[Candidate], source: Source) -> Candidate | None:
    """The usable copy of a source with the highest score, the first of equals; None when none is scored."""
    usable = [c for c in candidates if c.source is source and not c.rejected and c.score is not None]
    return max(usable, key=_score, default=None)


def _score(candidate: Candidate) -> float:
    return 0.0 if candidate.score is None else candidate.score


def _wins(candidate: Candidate, margin: float) -> bool:
    """A tie, as of copies in a language that the reward model does not know, is no reason to replace what is there."""
    chance = candidate.win_probability
    return chance is not None and chance > 0.5 and chance >= 0.5 + margin


def _why_no_candidate(candidates: Sequence[Candidate]) -> Reason:
    generated = [c for c in candidates if _written(c)]
    if not generated:
        return Reason.NO_CANDIDATES
    if any(not c.rejected for c in generated):
        return Reason.UNSCORED
    return Reason.NONE_FIT if any(map(rejected_as_unfit, generated)) else Reason.ALL_REJECTED


def _running(candidate: Candidate) -> bool:
    return _written(candidate) and not candidate.rejected


def _written(candidate: Candidate) -> bool:
    return candidate.source is Source.GENERATED


def _outcome(ranked: tuple[Candidate, ...], chosen: Candidate | None, reason: Reason) -> Selection:
    if chosen is None:
        return Selection(ranked, None, Source.NONE, reason)
    notification = Notification(title=chosen.title, body=chosen.body, category=chosen.category, candidate_id=chosen.id)
    return Selection(ranked, notification, chosen.source, reason)
