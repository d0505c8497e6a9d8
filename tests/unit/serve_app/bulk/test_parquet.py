"""Parquet as requests: nested columns, bytes, maps, and nulls for what a row lacks."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet as files

from serve_app.bulk import parquet
from serve_app.client.cli_input import request_of


def test_rows_are_requests_with_their_numbers(tmp_path: Path) -> None:
    rows = [
        {"item": {"title": "a", "images": [{"data": b"\x00"}], "metadata": {"k": "v"}}, "options": {"seed": 3}},
        {"item": {"title": "b", "images": None, "metadata": None}, "options": None},
        {"item": {"title": "c", "images": [], "metadata": {"x": "y"}}, "options": None},
    ]
    path = tmp_path / "a.parquet"
    files.write_table(pa.Table.from_pylist(rows), path, row_group_size=2)
    count, pieces = parquet.cut(path)
    read = dict(row for piece in pieces for row in parquet.read(path, *piece))
    assert (count, len(pieces), list(read)) == (3, 2, [1, 2, 3])
    first, second, third = (request_of(text, tmp_path) for text in read.values())
    assert (first.item.images[0].data, first.item.metadata, first.options.seed) == (b"\x00", {"k": "v"}, 3)
    assert (second.item.title, second.item.images, second.options.seed) == ("b", (), None)
    assert third.item.metadata == {"x": "y"}


def test_a_column_of_a_map_is_metadata(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    metadata = pa.array([[("k", "v")]], pa.map_(pa.string(), pa.string()))
    files.write_table(pa.table({"title": ["a"], "metadata": metadata}), path)
    [(_, text)] = parquet.read(path, 0, 1, 1)
    assert json.loads(text) == {"title": "a", "metadata": {"k": "v"}}


def test_what_is_no_parquet_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"{}")
    with pytest.raises(parquet.Unreadable):
        parquet.cut(tmp_path / "a.parquet")
