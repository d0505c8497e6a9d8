"""The rows of a bulk job as a Ray Data source."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import pyarrow as pa
from ray.data import DataContext, Datasource, ReadTask
from ray.data.block import BlockMetadata

from deployments.errors import InvalidInput
from serve_app.bulk.answers import ROW
from serve_app.bulk.order import prefix_key
from serve_app.bulk.pieces import Piece, Pieces
from serve_app.bulk.worker import Read

KEY: Final = "key"
SCHEMA: Final = pa.schema({ROW: pa.string(), KEY: pa.string(), "text": pa.large_binary()})
_ROWS: Final = 4096


class Rows(Datasource):
    """Reads the pieces, each row with its name and its place in the order."""

    def __init__(self, pieces: Pieces, read: Read) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._pieces = pieces
        self._read = read

    def get_name(self) -> str:
        return "Requests"

    def estimate_inmemory_data_size(self) -> int | None:
        return None

    def get_read_tasks(
        self, parallelism: int, per_task_row_limit: int | None = None, data_context: DataContext | None = None
    ) -> list[ReadTask]:
        del parallelism, data_context  # the pieces are cut
        unknown = BlockMetadata(num_rows=None, size_bytes=None, input_files=None, exec_stats=None)
        return [
            ReadTask(partial(self._tables, piece), unknown, schema=SCHEMA, per_task_row_limit=per_task_row_limit)
            for piece in self._pieces.pieces
        ]

    def _tables(self, piece: Piece) -> Iterator[pa.Table]:
        rows: list[dict[str, Any]] = []
        for row in piece.rows():
            rows.append({ROW: row.name, KEY: self._key(row.text), "text": row.text})
            if len(rows) == _ROWS:
                yield pa.Table.from_pylist(rows, schema=SCHEMA)
                rows = []
        if rows:
            yield pa.Table.from_pylist(rows, schema=SCHEMA)

    def _key(self, text: bytes) -> str:
        """Return the key of a request. One that is refused comes first, and its worker says why."""
        try:
            return prefix_key(self._read(text, self._pieces.folder))
        except InvalidInput:
            return ""
