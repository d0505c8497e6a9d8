"""Counts of parts, their sum and the summary."""

from __future__ import annotations

import pytest

from serve_app.bulk.tally import Tally, summary_of
from tests.unit.serve_app.bulk.test_answers import DECISION, table


def test_a_part_is_counted() -> None:
    tally = Tally.of(table())
    assert (tally.rows, tally.sources, tally.problems) == (2, {DECISION.source.name: 1}, {"INVALID_INPUT": 1})
    assert tally.tokens["output_tokens"] == sum(t.output_tokens for t in DECISION.timings)
    assert tally.seconds == 2.0


def test_parts_add_up_and_come_back_from_json() -> None:
    one = Tally.of(table())
    other = one.model_copy(update={"began_s": 2.0, "ended_s": 9.0})
    total = Tally.sum([one, Tally.model_validate_json(other.model_dump_json())])
    assert (total.rows, total.problems, total.seconds) == (4, {"INVALID_INPUT": 2}, 8.0)
    assert Tally.sum([]).seconds == 0.0


def test_the_summary_has_rate_and_cost_of_the_run() -> None:
    one = Tally.of(table())
    total = Tally.sum([one] * 3)
    summary = summary_of(total, one, seconds=36.0, price_per_hour=2.0)
    assert (summary["rows"], summary["decisions"], summary["dead_letters"]) == (6, 3, 3)
    assert summary["run"]["rows_per_s"] == 1.0
    assert summary["run"]["cost"] == pytest.approx(0.02)
    assert summary["run"]["cost_per_1000"] == pytest.approx(10.0)
    assert "cost" not in summary_of(total, one, 36.0, None)["run"]
    assert summary_of(total, Tally(), 0.1, 1.0)["run"]["rows_per_s"] is None
