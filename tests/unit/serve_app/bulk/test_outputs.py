"""Answers as bytes of a file."""

from __future__ import annotations

import io
import json

import pytest
from pyarrow import parquet

from deployments.errors import StageFailed
from deployments.types import Decision
from serve_app.bulk import answers, outputs
from serve_app.bulk.pieces import Row
from tests.unit.serve_app.bulk.test_answers import DECISION, table


def test_a_line_is_a_decision_with_its_row() -> None:
    decisions, dead_letters = answers.split(table())
    line = json.loads(outputs.json_lines(decisions))
    assert line.pop("row") == "a.jsonl:1"
    assert Decision.model_validate(line) == DECISION
    dead = json.loads(outputs.json_lines(dead_letters))
    assert (dead["row"], dead["input"], dead["error"]["reason"]) == ("a.jsonl:2", "{", "INVALID_INPUT")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (b'{"a": "\xc3\xa9"}', {"a": "é"}),
        (b"\xff", "\ufffd"),
        (b'{"a": "\\ud83c"}', '{"a": "\\ud83c"}'),
        (b"NaN", "NaN"),
        (b"[" * 5000, "[" * 5000),
    ],
)
def test_an_input_is_json_whatever_it_was(given: bytes, shown: object) -> None:
    row = answers.refused(Row("r", given), StageFailed("broke"))
    _, dead_letters = answers.split(answers.table_of([row]))
    assert json.loads(outputs.json_lines(dead_letters))["input"] == shown


def test_parquet_has_the_chosen_copy_and_the_whole_decision() -> None:
    decisions, _ = answers.split(table())
    [row] = parquet.read_table(io.BytesIO(outputs.parquet_file(decisions))).to_pylist()
    assert Decision.model_validate_json(row["decision"]) == DECISION
    assert row["item_id"] == DECISION.item_id
    assert outputs.parquet_file(decisions.slice(1)) == b""
