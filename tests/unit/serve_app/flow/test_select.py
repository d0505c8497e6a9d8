from __future__ import annotations

import pytest

from deployments.types import Candidate, PolicyFinding, Reason, Reward, Source, WinCalibration
from serve_app.flow.knobs import EarlyStop, SelectionKnobs
from serve_app.flow.select import Selection, is_decided, select, select_uncompared, with_scores, with_win_probabilities

PLAIN = SelectionKnobs(caution=0, likelihood_weight=0)


def copy(name: str, mean: float | None, source: Source = Source.GENERATED, **more: object) -> Candidate:
    reward = None if mean is None else Reward(mean=mean, spread=float(more.pop("spread", 0.1)))  # type: ignore[arg-type]
    return Candidate.model_validate({"id": name, "title": name, "source": source, "reward": reward, **more})


def choose(
    copies: list[Candidate],
    knobs: SelectionKnobs = PLAIN,
    margin: float = 0.0,
    calibration: WinCalibration | None = None,
) -> Selection:
    scored = with_scores(copies, knobs)
    return select(with_win_probabilities(scored, calibration or WinCalibration()), margin)


def rejected(name: str) -> Candidate:
    return copy(name, None, rejected=True, findings=(PolicyFinding(rule="length.title"),))


def test_the_best_candidate_wins_when_there_is_nothing_to_beat() -> None:
    chosen = choose([copy("c1", 0.1), copy("c2", 0.4)], margin=0.49)
    assert (chosen.source, chosen.reason) == (Source.GENERATED, Reason.BEST_CANDIDATE)
    assert chosen.notification is not None
    assert chosen.notification.candidate_id == "c2"
    assert [c.win_probability for c in chosen.ranked] == [None, None]


# sigmoid(0.8 - 0.5) = 0.5744
@pytest.mark.parametrize(
    ("margin", "winner", "reason"),
    [(0.0, "c1", Reason.BEAT_INCUMBENT), (0.07, "c1", Reason.BEAT_INCUMBENT), (0.08, "i1", Reason.BELOW_MARGIN)],
)
def test_the_incumbent_is_beaten_with_enough_certainty_or_kept(margin: float, winner: str, reason: Reason) -> None:
    chosen = choose([copy("c1", 0.8), copy("i1", 0.5, Source.INCUMBENT)], margin=margin)
    assert chosen.notification is not None
    assert (chosen.notification.candidate_id, chosen.reason) == (winner, reason)


def test_caution_is_for_what_is_new_an_unusual_incumbent_is_no_easier_to_replace() -> None:
    careful = SelectionKnobs(caution=0.5, likelihood_weight=0)
    unusual, unusual_candidate = copy("i1", 0.5, Source.INCUMBENT, spread=1.0), copy("c2", 0.9, spread=1.0)
    chosen = choose([copy("c1", 0.4, spread=0.1), unusual_candidate, unusual], careful)
    assert chosen.source is Source.INCUMBENT
    assert {c.id: c.score for c in chosen.ranked} == pytest.approx({"i1": 0.5, "c1": 0.35, "c2": 0.4})


def test_a_tie_leaves_the_incumbent_whatever_the_score_and_the_margin() -> None:
    chosen = choose([copy("c1", 0.8), copy("i1", 0.5, Source.INCUMBENT)], calibration=WinCalibration(slope=0))
    assert chosen.ranked[0].win_probability == 0.5
    assert (chosen.source, chosen.reason) == (Source.INCUMBENT, Reason.BELOW_MARGIN)


def test_the_surer_of_two_candidates_is_sent_when_the_better_one_is_not_sure_enough() -> None:
    """c1 scores highest by its likelihood, which says nothing of clicks; only c2 is likely enough to win."""
    fluent, sure = copy("c1", 0.7, likelihood=5.0), copy("c2", 0.9, likelihood=-5.0)
    incumbent = copy("i1", 0.5, Source.INCUMBENT)
    chosen = choose([fluent, sure, incumbent], SelectionKnobs(likelihood_weight=0.05), margin=0.08)
    assert chosen.ranked[0].id == "c1"
    assert chosen.notification is not None
    assert (chosen.notification.candidate_id, chosen.reason) == ("c2", Reason.BEAT_INCUMBENT)


@pytest.mark.parametrize(("mean", "reason"), [(0.5, Reason.INCUMBENT_BETTER), (0.4, Reason.INCUMBENT_BETTER)])
def test_a_candidate_that_scores_no_higher_leaves_the_incumbent(mean: float, reason: Reason) -> None:
    chosen = choose([copy("c1", mean), copy("i1", 0.5, Source.INCUMBENT)])
    assert (chosen.source, chosen.reason) == (Source.INCUMBENT, reason)


def test_an_unscored_candidate_is_above_no_incumbent() -> None:
    copies = [copy("c1", -0.9), copy("c2", None), copy("i1", -0.5, Source.INCUMBENT)]
    assert choose(copies).reason is Reason.INCUMBENT_BETTER


def test_the_calibration_decides_how_certain_a_difference_is() -> None:
    copies = [copy("c1", 0.8, spread=1.0), copy("i1", 0.5, Source.INCUMBENT, spread=1.0)]
    trusting, doubting = WinCalibration(slope=2.0), WinCalibration(slope=2.0, spread_weight=4.0)
    assert choose(copies, margin=0.1, calibration=trusting).reason is Reason.BEAT_INCUMBENT
    doubted = choose(copies, margin=0.1, calibration=doubting)
    assert doubted.reason is Reason.BELOW_MARGIN
    assert doubted.ranked[0].win_probability == pytest.approx(1 / (1 + 2.718281828 ** (-0.6 / 3)))


def test_fluency_alone_does_not_make_a_worse_mean_replace_an_incumbent() -> None:
    """The likelihood lifts the candidate's score above the incumbent's; it still loses more often than it wins."""
    fluent, other = copy("c1", 0.4, likelihood=4.0), copy("c2", 0.1, likelihood=-4.0)
    chosen = choose(
        [fluent, other, copy("i1", 0.5, Source.INCUMBENT)], SelectionKnobs(caution=0, likelihood_weight=0.1)
    )
    assert [c.id for c in chosen.ranked] == ["c1", "i1", "c2"]
    assert (chosen.source, chosen.reason) == (Source.INCUMBENT, Reason.BELOW_MARGIN)


def test_every_copy_has_its_probability_against_the_strongest_other_incumbent() -> None:
    copies = [
        copy("barred", 2.0, Source.INCUMBENT, rejected=True),
        copy("better", 0.5, Source.INCUMBENT),
        copy("worse", 0.1, Source.INCUMBENT),
        copy("template", 0.5, Source.TEMPLATE),
        copy("c1", 0.9),
        rejected("bad"),
    ]
    chances = {c.id: c.win_probability for c in choose(copies).ranked}
    assert chances["bad"] is None
    assert chances["template"] == 0.5
    assert chances["c1"] == pytest.approx(0.5987, abs=1e-4)
    assert chances["better"] == pytest.approx(0.5987, abs=1e-4)
    assert chances["worse"] == pytest.approx(0.4013, abs=1e-4)


def test_a_candidate_must_be_likely_to_beat_every_incumbent_and_not_only_the_best() -> None:
    """P over the best by score is 0.52; over the one that the heads disagree on it is below one half."""
    calibration = WinCalibration(slope=2.0, spread_weight=4.0)
    best, other = copy("a", 0.35, Source.INCUMBENT, spread=0.45), copy("b", 0.2, Source.INCUMBENT, spread=0.1)
    new = copy("c1", 0.37, spread=0.1)
    assert choose([new, best, other], calibration=calibration).reason is Reason.BEAT_INCUMBENT
    close = copy("c1", 0.40, spread=0.1)
    kept = choose([close, best, other], margin=0.05, calibration=calibration)
    over = {i.id: calibration.win_probability(close.reward, i.reward) for i in (best, other)}  # type: ignore[arg-type]
    assert (kept.source, kept.reason) == (Source.INCUMBENT, Reason.BELOW_MARGIN)
    assert next(c for c in kept.ranked if c.id == "c1").win_probability == min(over.values())
    assert over["a"] < 0.55 < over["b"]


def test_a_candidate_does_not_replace_an_incumbent_that_nobody_scored() -> None:
    copies = [copy("c1", 0.9), copy("i1", 0.1, Source.INCUMBENT), copy("i2", None, Source.INCUMBENT)]
    chosen = choose(copies)
    assert (chosen.source, chosen.reason) == (Source.INCUMBENT, Reason.UNSCORED)


def test_equal_candidates_rank_as_they_come() -> None:
    assert [c.id for c in choose([copy("c1", 0.3), copy("c2", 0.3)]).ranked] == ["c1", "c2"]


@pytest.mark.parametrize(
    ("copies", "chosen", "reason"),
    [
        (["c1", "c2", "i1", "i2", "t1"], "i1", Reason.NOT_COMPARED),
        (["c1", "c2", "-i1", "i2", "t1"], "i2", Reason.NOT_COMPARED),
        (["-c1", "c2", "t1"], "c2", Reason.NOT_COMPARED),
        (["-c1", "i1", "i2"], "i1", Reason.ALL_REJECTED),
        (["-c1", "t1"], "t1", Reason.ALL_REJECTED),
        (["i1"], "i1", Reason.NO_CANDIDATES),
        (["-c1"], None, Reason.ALL_REJECTED),
    ],
)
def test_where_nothing_compares_the_first_incumbent_is_kept(
    copies: list[str], chosen: str | None, reason: Reason
) -> None:
    sources = {"c": Source.GENERATED, "i": Source.INCUMBENT, "t": Source.TEMPLATE}
    given = [copy(n.strip("-"), None, sources[n.strip("-")[0]], rejected=n.startswith("-")) for n in copies]
    outcome = select_uncompared(given)
    assert (outcome.notification and outcome.notification.candidate_id, outcome.reason) == (chosen, reason)
    assert [c.rank for c in outcome.ranked] == [0] * len(copies)
    assert [c.rejected for c in outcome.ranked] == sorted(c.rejected for c in given)


def test_caution_prefers_the_copy_the_heads_agree_on() -> None:
    unsure, sure = copy("unsure", 1.0, spread=1.0), copy("sure", 0.8, spread=0.1)
    bold = choose([unsure, sure])
    careful = choose([unsure, sure], SelectionKnobs(caution=1.0, likelihood_weight=0))
    assert [c.id for c in bold.ranked] == ["unsure", "sure"]
    assert [c.id for c in careful.ranked] == ["sure", "unsure"]
    assert careful.ranked[0].score == pytest.approx(0.7)


def test_the_likelihood_term_orders_candidates_and_leaves_incumbents_alone() -> None:
    knobs = SelectionKnobs(caution=0, likelihood_weight=1.0)
    fluent, odd = copy("fluent", 0.5, likelihood=-1.0), copy("odd", 0.5, likelihood=-3.0)
    incumbent = copy("i1", 0.5, Source.INCUMBENT)
    chosen = choose([odd, fluent, incumbent], knobs)
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
    chosen = choose(copies)
    assert (chosen.source, chosen.reason) == (source, reason)
    assert (chosen.notification is None) == (source is Source.NONE)


def test_a_human_incumbent_comes_before_a_template_that_scores_higher() -> None:
    copies = [copy("t1", 0.9, Source.TEMPLATE), copy("i1", 0.1, Source.INCUMBENT)]
    assert choose(copies).source is Source.INCUMBENT


def test_every_copy_is_ranked_and_rejected_ones_are_last_with_their_reasons() -> None:
    chosen = choose([rejected("bad"), copy("c1", 0.1), copy("i1", 0.3, Source.INCUMBENT)])
    assert [(c.id, c.rank) for c in chosen.ranked] == [("i1", 1), ("c1", 2), ("bad", 3)]
    assert chosen.ranked[-1].findings[0].rule == "length.title"


# sigmoid(3.0) = 0.953, sigmoid(2.5) = 0.924, sigmoid(0.5) = 0.622
EDITOR = copy("i1", 0.0, Source.INCUMBENT)


@pytest.mark.parametrize(
    ("copies", "decided"),
    [
        ([copy("c1", 3.0), copy("c2", 2.9), EDITOR], True),
        ([copy("c1", 0.5), copy("c2", -9.0), EDITOR], False),
        ([copy("c1", 3.0), EDITOR], False),  # too few
        ([copy("c1", 3.0), copy("c2", None), EDITOR], False),  # an unscored one does not count
        ([copy("c1", 3.0), copy("c2", 0.0), copy("i1", None, Source.INCUMBENT)], False),  # nothing is known of the bar
        ([copy("c1", 3.0), copy("c2", 0.5)], True),
        ([copy("c1", 3.0), copy("c2", 2.5)], False),
        ([copy("c1", 3.0), copy("c2", 0.0), copy("t1", 9.0, Source.TEMPLATE)], True),  # templates are only fallbacks
        ([copy("c1", 3.0), copy("c2", 0.0), copy("barred", 9.0, Source.INCUMBENT, rejected=True)], True),
        ([copy("c1", 3.0), copy("c2", 0.0), copy("c1", 0.0, Source.INCUMBENT)], True),  # a caller's id like ours
        ([EDITOR], False),
        ([], False),
    ],
)
def test_ahead_is_of_the_incumbent_or_of_the_next_best(copies: list[Candidate], decided: bool) -> None:
    calibration = WinCalibration()
    scored = with_win_probabilities(with_scores(copies, PLAIN), calibration)
    assert is_decided(scored, calibration, 0.0, EarlyStop(win_probability=0.92)) is decided


def test_one_candidate_may_be_ahead_of_an_incumbent_and_of_nobody_else() -> None:
    rule = EarlyStop(win_probability=0.92, min_candidates=1)
    for copies, decided in (([copy("c1", 3.0), EDITOR], True), ([copy("c1", 3.0)], False)):
        scored = with_win_probabilities(with_scores(copies, PLAIN), WinCalibration())
        assert is_decided(scored, WinCalibration(), 0.0, rule) is decided


def test_what_the_margin_would_not_send_is_not_ahead() -> None:
    scored = with_win_probabilities(with_scores([copy("c1", 3.0), copy("c2", 0.0), EDITOR], PLAIN), WinCalibration())
    rule = EarlyStop(win_probability=0.92)
    assert is_decided(scored, WinCalibration(), 0.45, rule)
    assert not is_decided(scored, WinCalibration(), 0.46, rule)


def test_doubt_orders_written_copies_and_is_no_handicap_against_an_incumbent() -> None:
    knobs = SelectionKnobs.model_validate({"caution": 0, "fit": {"minimum": 0.2, "weight": 2.0}})
    unfit = copy("c", 0.0, fit=0.9, rejected=True)
    old = copy("old", 0.1, Source.INCUMBENT, fit=0.01)
    scores = {
        c.id: c.score for c in with_scores([copy("a", 0.3, fit=0.5), copy("b", 0.4, fit=0.25), unfit, old], knobs)
    }
    assert scores["a"] == pytest.approx(0.3)
    assert scores["b"] == pytest.approx(0.4 + 2.0 * -0.6931472)
    assert scores["old"] == pytest.approx(0.1)
    assert scores["c"] == pytest.approx(0.0)  # a rejected copy sets no standard, and gains nothing
