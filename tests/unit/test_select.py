from __future__ import annotations

import pytest

from deployments.types import Candidate, PolicyFinding, Reason, Reward, Source
from serve_app.knobs import SelectionKnobs
from serve_app.select import select

PLAIN = SelectionKnobs(caution=0, likelihood_weight=0)


def copy(name: str, mean: float | None, source: Source = Source.GENERATED, **more: object) -> Candidate:
    reward = None if mean is None else Reward(mean=mean, spread=float(more.pop("spread", 0.1)))  # type: ignore[arg-type]
    return Candidate.model_validate({"id": name, "title": name, "source": source, "reward": reward, **more})


def rejected(name: str) -> Candidate:
    return copy(name, None, rejected=True, findings=(PolicyFinding(rule="length", code="TITLE_TOO_LONG"),))


def test_the_best_candidate_wins_when_there_is_nothing_to_beat() -> None:
    chosen = select([copy("c1", 0.1), copy("c2", 0.4)], PLAIN, margin=5.0)
    assert (chosen.source, chosen.reason) == (Source.GENERATED, Reason.BEST_CANDIDATE)
    assert chosen.notification is not None
    assert chosen.notification.candidate_id == "c2"


@pytest.mark.parametrize(
    ("margin", "winner", "reason"),
    [(0.1, "c1", Reason.BEAT_INCUMBENT), (0.29, "c1", Reason.BEAT_INCUMBENT), (0.31, "i1", Reason.BELOW_MARGIN)],
)
def test_the_incumbent_is_beaten_by_the_margin_or_kept(margin: float, winner: str, reason: Reason) -> None:
    chosen = select([copy("c1", 0.8), copy("i1", 0.5, Source.INCUMBENT)], PLAIN, margin)
    assert chosen.notification is not None
    assert (chosen.notification.candidate_id, chosen.reason) == (winner, reason)


def test_caution_prefers_the_copy_the_heads_agree_on() -> None:
    unsure, sure = copy("unsure", 1.0, spread=1.0), copy("sure", 0.8, spread=0.1)
    bold = select([unsure, sure], PLAIN, 0.0)
    careful = select([unsure, sure], SelectionKnobs(caution=1.0, likelihood_weight=0), 0.0)
    assert [c.id for c in bold.ranked] == ["unsure", "sure"]
    assert [c.id for c in careful.ranked] == ["sure", "unsure"]
    assert careful.ranked[0].score == pytest.approx(0.7)


def test_the_likelihood_term_orders_candidates_and_leaves_incumbents_alone() -> None:
    knobs = SelectionKnobs(caution=0, likelihood_weight=1.0)
    fluent, odd = copy("fluent", 0.5, likelihood=-1.0), copy("odd", 0.5, likelihood=-3.0)
    incumbent = copy("i1", 0.5, Source.INCUMBENT)
    chosen = select([odd, fluent, incumbent], knobs, 0.0)
    assert [c.id for c in chosen.ranked] == ["fluent", "i1", "odd"]
    assert chosen.ranked[1].score == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("copies", "source", "reason"),
    [
        ([rejected("c1"), copy("i1", 0.2, Source.INCUMBENT)], Source.INCUMBENT, Reason.ALL_REJECTED),
        ([rejected("c1"), copy("t1", 0.2, Source.TEMPLATE)], Source.TEMPLATE, Reason.ALL_REJECTED),
        ([rejected("c1")], Source.NONE, Reason.ALL_REJECTED),
        ([], Source.NONE, Reason.NO_CANDIDATES),
        ([copy("c1", None), copy("i1", None, Source.INCUMBENT)], Source.INCUMBENT, Reason.UNSCORED),
        ([copy("c1", None)], Source.NONE, Reason.UNSCORED),
    ],
)
def test_the_fallback_chain_gives_its_reason(copies: list[Candidate], source: Source, reason: Reason) -> None:
    chosen = select(copies, PLAIN, 0.0)
    assert (chosen.source, chosen.reason) == (source, reason)
    assert (chosen.notification is None) == (source is Source.NONE)


def test_a_human_incumbent_comes_before_a_template_that_scores_higher() -> None:
    copies = [copy("t1", 0.9, Source.TEMPLATE), copy("i1", 0.1, Source.INCUMBENT)]
    assert select(copies, PLAIN, 0.0).source is Source.INCUMBENT


def test_every_copy_is_ranked_and_rejected_ones_are_last_with_their_reasons() -> None:
    chosen = select([rejected("bad"), copy("c1", 0.1), copy("i1", 0.3, Source.INCUMBENT)], PLAIN, 0.0)
    assert [(c.id, c.rank) for c in chosen.ranked] == [("i1", 1), ("c1", 2), ("bad", 3)]
    assert chosen.ranked[-1].findings[0].code == "TITLE_TOO_LONG"
