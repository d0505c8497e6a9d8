"""Requests in Parquet: a row is a request or an item, its columns are the fields. And Decisions in Parquet."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet


class Unreadable(Exception):
    """The file is no Parquet. The message says why."""


def cut(path: Path) -> tuple[int, list[tuple[int, int, int]]]:
    """Return the number of rows, and a piece a row group: its index, its rows, the number of the first.

    Raises Unreadable, OSError.
    """
    try:
        metadata = parquet.read_metadata(path)
    except pa.ArrowInvalid as error:
        raise Unreadable(str(error).splitlines()[0]) from None
    pieces, first = [], 1
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group).num_rows
        pieces.append((group, rows, first))
        first += rows
    return metadata.num_rows, pieces


def read(path: Path, group: int, _rows: int, first: int) -> Iterator[tuple[int, bytes]]:
    """Yield number and JSON of the rows, from 1 on. A null is a field that is not set; bytes become base64."""
    with parquet.ParquetFile(path) as file:
        number = first
        for batch in file.iter_batches(batch_size=256, row_groups=[group]):
            for row in batch.to_pylist(maps_as_pydicts="lossy"):
                yield number, json.dumps(_set(row), default=_text, ensure_ascii=False).encode("utf-8", "surrogatepass")
                number += 1


def _set(value: Any) -> Any:
    """Leave out what is null, since columns hold one for each row that lacks a field."""
    if isinstance(value, dict):
        return {key: _set(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_set(one) for one in value if one is not None]
    return value


def _text(value: Any) -> str:
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else str(value)
