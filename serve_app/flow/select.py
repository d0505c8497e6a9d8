"""Selection: ranking, margin over the incumbent, fallback chain and reason code. Pure functions."""

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

    Caution applies to generated copies alone: with it, an incumbent of an unusual style would be easier to replace. The
    fit term orders generated copies among each other: it is 0 for the fittest one, which then meets the incumbent by
    its reward.
    """
    likelihoods = [c.likelihood for c in candidates if c.likelihood is not None and c.reward is not None]
    centre = median(likelihoods) if likelihoods else 0.0
    fits = [bounded(c.fit) for c in candidates if c.fit is not None and c.reward is not None and _is_usable(c)]
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
    """Choose among generated copies, incumbents and templates, whose scores and win probabilities are filled in.

    A generated copy must score above the best human incumbent, and its win probability must be above 0.5 and at least
    0.5 + `margin`. The best such copy by score is sent; else the incumbent, else a template, else nothing.
    """
    ranked = rank(candidates)
    best = _best(ranked, Source.GENERATED)
    incumbent = next((c for c in ranked if c.source is Source.INCUMBENT and not c.rejected), None)

    if best is not None and incumbent is None:
        return _outcome(ranked, best, Reason.BEST_CANDIDATE)
    if best is not None and incumbent is not None and incumbent.score is not None:
        usable = [c for c in ranked if c.source is Source.GENERATED and not c.rejected and c.score is not None]
        above = [c for c in usable if _score(c) > incumbent.score]
        sure = next((c for c in above if _wins(c, margin)), None)
        if sure is not None:
            return _outcome(ranked, sure, Reason.BEAT_INCUMBENT)
        return _outcome(ranked, incumbent, Reason.BELOW_MARGIN if above else Reason.INCUMBENT_BETTER)
    template = next((c for c in ranked if c.source is Source.TEMPLATE and not c.rejected), None)
    return _outcome(ranked, incumbent or template, _why_no_candidate(candidates))


def is_decided(candidates: Sequence[Candidate], calibration: WinCalibration, margin: float, rule: EarlyStop) -> bool:
    """Whether the copy that `select` would send now wins with at least `rule.win_probability`.

    The win probability is over the best usable incumbent, or over the next best generated copy where there is none.
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
    """Order scored copies by score, then unscored ones by arrival, then rejected ones."""
    in_order = sorted(candidates, key=lambda c: (c.rejected, c.score is None, -_score(c)))
    return tuple(c.model_copy(update={"rank": rank}) for rank, c in enumerate(in_order, start=1))


def _best(candidates: Sequence[Candidate], source: Source) -> Candidate | None:
    """Return the usable copy of a source with the highest score, the first of equals; None when none is scored."""
    usable = [c for c in candidates if c.source is source and not c.rejected and c.score is not None]
    return max(usable, key=_score, default=None)


def _score(candidate: Candidate) -> float:
    return 0.0 if candidate.score is None else candidate.score


def _wins(candidate: Candidate, margin: float) -> bool:
    """Whether the win probability exceeds a tie and reaches the margin.

    Copies in a language that the reward model does not support tie at 0.5, and do not replace the incumbent.
    """
    chance = candidate.win_probability
    return chance is not None and chance > 0.5 and chance >= 0.5 + margin


def _why_no_candidate(candidates: Sequence[Candidate]) -> Reason:
    generated = [c for c in candidates if _written(c)]
    if not generated:
        return Reason.NO_CANDIDATES
    if any(not c.rejected for c in generated):
        return Reason.UNSCORED
    return Reason.NONE_FIT if any(map(rejected_as_unfit, generated)) else Reason.ALL_REJECTED


def _is_usable(candidate: Candidate) -> bool:
    return _written(candidate) and not candidate.rejected


def _written(candidate: Candidate) -> bool:
    return candidate.source is Source.GENERATED


def _outcome(ranked: tuple[Candidate, ...], chosen: Candidate | None, reason: Reason) -> Selection:
    if chosen is None:
        return Selection(ranked, None, Source.NONE, reason)
    notification = Notification(title=chosen.title, body=chosen.body, category=chosen.category, candidate_id=chosen.id)
    return Selection(ranked, notification, chosen.source, reason)
