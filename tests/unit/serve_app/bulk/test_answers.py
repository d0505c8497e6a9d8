"""Rows of answers: Decisions and dead letters in one table, and apart again."""

from __future__ import annotations

import json

from deployments.errors import InvalidInput, Violation
from deployments.types import Decision
from serve_app.bulk import answers
from serve_app.bulk.pieces import Row
from serve_app.ingress import examples

DECISION = Decision.model_validate(examples.DECISION)
GOOD, BAD = Row("a.jsonl:1", b'{"title": "t"}'), Row("a.jsonl:2", b"{")


def table() -> answers.pa.Table:
    wrong = InvalidInput([Violation("item.title", "is too long")])
    times = {"began_s": 1.0, "ended_s": 3.0}
    return answers.table_of([answers.decided(GOOD, DECISION) | times, answers.refused(BAD, wrong) | times])


def test_decisions_and_dead_letters_are_told_apart() -> None:
    decisions, dead_letters = answers.split(table())
    [decision], [dead] = decisions.to_pylist(), dead_letters.to_pylist()
    assert Decision.model_validate_json(decision["decision"]) == DECISION
    assert decision["title"] == DECISION.notification.title  # type: ignore[union-attr]
    assert "problem" not in decision
    assert (dead["row"], dead["input"]) == ("a.jsonl:2", b"{")
    problem = json.loads(dead["problem"])
    assert problem["violations"] == [{"field": "item.title", "description": "is too long"}]


def test_a_foreign_error_tells_nothing_of_the_machine() -> None:
    dead = answers.refused(BAD, RuntimeError("/secret/path"))
    assert "secret" not in dead["problem"]
    assert dead["reason"] == "INTERNAL"


def test_a_table_without_decisions_has_their_columns() -> None:
    decisions, _ = answers.split(table().slice(1))
    assert (decisions.num_rows, "decision" in decisions.column_names) == (0, True)
