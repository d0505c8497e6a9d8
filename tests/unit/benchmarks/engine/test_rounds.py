"""How rounds are summed up."""

from __future__ import annotations

from benchmarks.engine import rounds
from benchmarks.engine.rounds import Round


def a_round(seconds: float, candidates: int = 8, tokens: int = 200, **cpu_s: float) -> Round:
    return Round(seconds, candidates, 1000, 700, tokens, cpu_s=cpu_s)


def test_ratios_are_taken_within_a_round() -> None:
    pairs = [(a_round(2.0), a_round(1.0)), (a_round(10.0), a_round(9.0)), (a_round(1.0), a_round(0.8))]
    summary = rounds.summary(pairs, a_round(1.0))
    assert summary["ratios"] == [0.5, 0.9, 0.8]
    assert summary["ratio_to_engine"] == 0.8
    assert summary["ratio_to_engine_alone"] == 0.5
    assert summary["candidates_missing"] == 0
    assert summary["graph"]["cached_share"] == 0.7


def test_candidates_that_the_graph_did_not_write_are_told() -> None:
    summary = rounds.summary([(a_round(2.0, 6, tokens=150), a_round(2.0, 8))], a_round(2.0))
    assert (summary["ratio_to_engine"], summary["candidates_missing"]) == (0.75, 2)


def test_drafts_that_the_graph_stops_early_are_no_gain() -> None:
    summary = rounds.summary([(a_round(1.0, tokens=100), a_round(2.0, tokens=200))], a_round(2.0))
    assert summary["ratio_to_engine"] == 1.0


def test_cpu_time_is_told_by_what_spent_it() -> None:
    side = rounds.side([a_round(1.0, engine=0.4, ray=1.2)])
    assert side["cpu_ms_a_candidate"] == {"ray": 150.0, "engine": 50.0}
    assert side["cpus_in_use"] == 1.6
