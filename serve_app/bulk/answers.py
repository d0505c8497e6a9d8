"""The rows that a bulk worker answers with, as one Arrow table, and what is counted of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa

from deployments.types import Decision
from serve_app.bulk.pieces import Row
from serve_app.contract.errors import public, to_problem

ROW: Final = "row"
"""The column that names a row, in the input, the output and the checkpoint."""

SCHEMA: Final = pa.schema(
    {
        ROW: pa.string(),
        "item_id": pa.string(),
        "request_id": pa.string(),
        "source": pa.string(),
        "reason": pa.string(),
        "partial": pa.bool_(),
        "title": pa.large_string(),
        "body": pa.large_string(),
        "category": pa.string(),
        "prompt_tokens": pa.int64(),
        "cached_tokens": pa.int64(),
        "output_tokens": pa.int64(),
        "decision": pa.large_string(),
        "problem": pa.large_string(),
        "input": pa.large_binary(),
        "began_s": pa.float64(),
        "ended_s": pa.float64(),
    }
)
# What only a dead letter has, and what is counted and not written.
_OF_DEAD: Final = ("problem", "input")
_TIMES: Final = ("began_s", "ended_s")


def decided(row: Row, decision: Decision) -> dict[str, Any]:
    """Return the row of a Decision."""
    chosen = decision.notification
    return {
        ROW: row.name,
        "item_id": decision.item_id,
        "request_id": decision.request_id,
        "source": decision.source.name,
        "reason": decision.reason.name,
        "partial": decision.partial,
        "title": chosen.title if chosen else None,
        "body": chosen.body if chosen else None,
        "category": chosen.category if chosen else None,
        "prompt_tokens": sum(timing.prompt_tokens for timing in decision.timings),
        "cached_tokens": sum(timing.cached_tokens for timing in decision.timings),
        "output_tokens": sum(timing.output_tokens for timing in decision.timings),
        "decision": decision.model_dump_json(exclude_none=True),
    }


def refused(row: Row, error: Exception) -> dict[str, Any]:
    """Return the row of a dead letter: the problem as the service words it, and the input as it was sent."""
    problem = to_problem(public(error, row.name), row.name)
    return {
        ROW: row.name,
        "reason": problem.reason,
        "problem": problem.model_dump_json(exclude_none=True),
        "input": row.text,
    }


def table_of(answers: Sequence[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(answers), schema=SCHEMA)


def split(table: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return the Decisions and the dead letters, each with its own columns."""
    is_dead = table.column("problem").is_valid()
    decisions = table.filter(table.column("problem").is_null()).drop_columns([*_OF_DEAD, *_TIMES])
    return decisions, table.filter(is_dead).select([ROW, "reason", *_OF_DEAD])
