"""The summary that the command prints."""

from __future__ import annotations

from benchmarks.report.__main__ import summary
from benchmarks.report.goals import GOALS, judge


def test_the_summary_counts_verdicts_and_names_the_worst_number() -> None:
    results = {"prefix": {"hit_share": 0.35}}
    counted = summary(results, [judge(goal, results) for goal in GOALS])
    assert (counted["met"], counted["missed"], counted["unmeasured"]) == (0, 1, len(GOALS) - 1)
    (missed,) = [goal for goal in counted["goals"] if goal["outcome"] == "missed"]
    assert (missed["benchmark"], missed["worst"], missed["margin"]) == ("prefix", 0.35, -0.5)
