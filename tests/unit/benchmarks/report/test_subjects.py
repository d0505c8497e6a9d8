"""The numbers that the report leads with."""

from __future__ import annotations

from benchmarks.lib import record
from benchmarks.lib.results import lookup, read
from benchmarks.report.goals import GOALS
from benchmarks.report.subjects import SUBJECTS


def test_every_goal_has_its_line() -> None:
    lines = {(name, line.key) for name, subject in SUBJECTS.items() for line in subject.lines}
    assert {(goal.benchmark, goal.key) for goal in GOALS} <= lines


def test_every_key_leads_somewhere_in_the_kept_results() -> None:
    results = read(record.RESULTS)
    keys = [
        (name, key)
        for name, subject in SUBJECTS.items()
        for line in subject.lines
        for key in (line.key, line.value, line.baseline)
        if key and name in results
    ]
    assert [(name, key) for name, key in keys if lookup(results[name], key) is None] == []
