"""The rows as Ray Data reads them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from serve_app.bulk import jsonl, rows
from serve_app.bulk.pieces import Pieces
from serve_app.client.cli_input import request_of


def test_read_tasks_have_every_row_with_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "_PIECE_BYTES", 20)
    monkeypatch.setattr(rows, "_ROWS", 2)
    path = tmp_path / "a.jsonl"
    path.write_text('{"title": "b"}\n{\n{"title": "a"}\n{"title": "b"}\n{"title": "c"}')
    tasks = rows.Rows(Pieces.of(path), request_of).get_read_tasks(1)
    assert len(tasks) > 1
    table = pa.concat_tables([block for task in tasks for block in task()])
    assert table.schema == rows.SCHEMA
    read = table.to_pylist()
    assert [r["row"] for r in read] == [f"a.jsonl:{n}" for n in range(1, 6)]
    keys = [r["key"] for r in read]
    assert keys[1] == ""
    assert keys[0] == keys[3] > keys[2]
