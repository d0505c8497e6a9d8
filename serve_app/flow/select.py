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
    fits = [
        bounded(c.fit)
        for c in candidates
        if c.fit is not None and c.reward is not None and _written(c) and not c.rejected
    ]
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
    """Fill `win_probability` of every copy that has a reward, where there are other scored incumbents to beat.

    It is the least of its probabilities against each of these.
    """
    rivals = [c for c in _usable(candidates, Source.INCUMBENT) if c.reward is not None]
    filled = []
    for c in candidates:
        chances = [
            calibration.win_probability(c.reward, rival.reward)
            for rival in rivals
            if rival is not c and c.reward is not None and rival.reward is not None
        ]
        filled.append(c.model_copy(update={"win_probability": min(chances)}) if chances else c)
    return filled


def select(candidates: Sequence[Candidate], margin: float) -> Selection:
    """Choose among generated copies, incumbents and templates, whose scores and win probabilities are filled in.

    A generated copy must score above every human incumbent, and its win probability, which is the least over all of
    them, must be above 0.5 and at least 0.5 + `margin`. The best such copy by score is sent; else the best incumbent,
    else a template, else nothing. An incumbent without a reward may be the best one, so it keeps them all.
    """
    ranked = rank(candidates)
    written = [c for c in _usable(ranked, Source.GENERATED) if c.score is not None]
    incumbents = _usable(ranked, Source.INCUMBENT)

    if written and not incumbents:
        return _outcome(ranked, written[0], Reason.BEST_CANDIDATE)
    if written and all(c.score is not None for c in incumbents):
        above = [c for c in written if _score(c) > _score(incumbents[0])]
        sure = next((c for c in above if _wins(c, margin)), None)
        if sure is not None:
            return _outcome(ranked, sure, Reason.BEAT_INCUMBENT)
        return _outcome(ranked, incumbents[0], Reason.BELOW_MARGIN if above else Reason.INCUMBENT_BETTER)
    return _fallback(ranked, _why_no_candidate(ranked))


def select_uncompared(candidates: Sequence[Candidate]) -> Selection:
    """Choose where the reward model does not know the language: nothing has a score, so nothing replaces an incumbent.

    The first usable incumbent is kept, in the caller's order; without one the first usable generated copy is sent, by
    number, since policy and the fit gate have passed it. `rank` stays 0.
    """
    order = {Source.INCUMBENT: 0, Source.GENERATED: 1}
    unranked = tuple(sorted(candidates, key=lambda c: (c.rejected, order.get(c.source, 2))))
    written = _usable(unranked, Source.GENERATED)
    if not written:
        return _fallback(unranked, _why_no_candidate(unranked))
    return _outcome(unranked, (_usable(unranked, Source.INCUMBENT) or written)[0], Reason.NOT_COMPARED)


def is_decided(candidates: Sequence[Candidate], calibration: WinCalibration, margin: float, rule: EarlyStop) -> bool:
    """Whether the copy that `select` would send now wins with at least `rule.win_probability`.

    The win probability is over every usable incumbent, or over the next best generated copy where there is none.
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
    """Order scored copies by score, then unscored ones, then rejected ones; equal ones as they come."""
    in_order = sorted(candidates, key=lambda c: (c.rejected, c.score is None, -_score(c)))
    return tuple(c.model_copy(update={"rank": rank}) for rank, c in enumerate(in_order, start=1))


def _usable(candidates: Sequence[Candidate], source: Source) -> list[Candidate]:
    return [c for c in candidates if c.source is source and not c.rejected]


def _score(candidate: Candidate) -> float:
    return 0.0 if candidate.score is None else candidate.score


def _wins(candidate: Candidate, margin: float) -> bool:
    """Whether the win probability exceeds a tie and reaches the margin."""
    chance = candidate.win_probability
    return chance is not None and chance > 0.5 and chance >= 0.5 + margin


def _why_no_candidate(candidates: Sequence[Candidate]) -> Reason:
    generated = [c for c in candidates if _written(c)]
    if not generated:
        return Reason.NO_CANDIDATES
    if any(not c.rejected for c in generated):
        return Reason.UNSCORED
    return Reason.NONE_FIT if any(map(rejected_as_unfit, generated)) else Reason.ALL_REJECTED


def _written(candidate: Candidate) -> bool:
    return candidate.source is Source.GENERATED


def _fallback(ranked: tuple[Candidate, ...], reason: Reason) -> Selection:
    """Keep the first usable incumbent, else the first usable template."""
    kept = [*_usable(ranked, Source.INCUMBENT), *_usable(ranked, Source.TEMPLATE)]
    return _outcome(ranked, kept[0] if kept else None, reason)


def _outcome(ranked: tuple[Candidate, ...], chosen: Candidate | None, reason: Reason) -> Selection:
    if chosen is None:
        return Selection(ranked, None, Source.NONE, reason)
    notification = Notification(title=chosen.title, body=chosen.body, category=chosen.category, candidate_id=chosen.id)
    return Selection(ranked, notification, chosen.source, reason)
