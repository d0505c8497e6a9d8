"""Goals held against results."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.report.goals import Goal, Outcome, judge


def goal(target: float, *, at_least: bool = True) -> Goal:
    return Goal("words", "some", "a.ratio", target, at_least=at_least)


@pytest.mark.parametrize(
    ("target", "at_least", "measured", "outcome", "margin"),
    [
        (0.9, True, 0.99, Outcome.MET, 0.1),
        (0.9, True, 0.9, Outcome.MET, 0.0),
        (0.9, True, 0.81, Outcome.MISSED, -0.1),
        (2.5, False, 2.0, Outcome.MET, 0.2),
        (2.5, False, 3.0, Outcome.MISSED, -0.2),
    ],
)
def test_a_goal_says_by_how_much(
    target: float, at_least: bool, measured: float, outcome: Outcome, margin: float
) -> None:
    verdict = judge(goal(target, at_least=at_least), {"some": {"a": {"ratio": measured}}})
    assert verdict.outcome is outcome
    assert verdict.margin == pytest.approx(margin)


@pytest.mark.parametrize(("measured", "outcome"), [(0, Outcome.MET), (3, Outcome.MISSED)])
def test_a_goal_of_none_has_no_margin(measured: int, outcome: Outcome) -> None:
    verdict = judge(goal(0.0, at_least=False), {"some": {"a": {"ratio": measured}}})
    assert (verdict.outcome, verdict.worst, verdict.margin) == (outcome, measured, None)


@pytest.mark.parametrize(("at_least", "worst"), [(True, 1.0), (False, 3.0)])
def test_of_several_numbers_the_worst_counts(at_least: bool, worst: float) -> None:
    verdict = judge(goal(2.0, at_least=at_least), {"some": {"a": {"ratio": {"grpc": 1.0, "http": 3.0}}}})
    assert (verdict.worst, verdict.outcome) == (worst, Outcome.MISSED)


@pytest.mark.parametrize("results", [{}, {"some": {}}, {"some": {"a": {"ratio": None}}}, {"some": {"a": 1}}])
def test_what_was_not_measured_is_neither_met_nor_missed(results: dict[str, Any]) -> None:
    assert judge(goal(1.0), results).outcome is Outcome.UNMEASURED
