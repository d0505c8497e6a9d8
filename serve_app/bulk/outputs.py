"""Answers as bytes of a file, by format."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import pyarrow as pa
from pyarrow import parquet

from serve_app.bulk.answers import ROW


def json_lines(table: pa.Table) -> bytes:
    """A line a row: its name and its Decision; of a dead letter its problem and its input."""
    return b"".join(_line(row) for row in table.to_pylist())


def _line(row: dict[str, Any]) -> bytes:
    named = json.dumps({ROW: row[ROW]}, ensure_ascii=False)[:-1]
    if "decision" in row:
        return f"{named}, {row['decision'][1:]}\n".encode()
    return f'{named}, "error": {row["problem"]}, "input": {_given(row["input"])}}}\n'.encode()


def _given(text: bytes) -> str:
    """Return the input as JSON: as it is where it is JSON, else as one text."""
    try:
        given = json.dumps(json.loads(text), ensure_ascii=False, allow_nan=False)
        return given.encode().decode()  # ValueError for a lone surrogate
    except (ValueError, RecursionError):
        return json.dumps(text.decode(errors="replace"), ensure_ascii=False)


def parquet_file(table: pa.Table) -> bytes:
    """The columns, with the whole Decision as JSON in the last one."""
    if not table.num_rows:
        return b""
    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink)
    return bytes(sink.getvalue())


OUTPUTS: Final[dict[str, Callable[[pa.Table], bytes]]] = {"jsonl": json_lines, "parquet": parquet_file}
