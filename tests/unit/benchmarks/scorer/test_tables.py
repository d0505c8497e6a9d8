"""The table of the scorer's benchmark."""

from __future__ import annotations

from rich.console import Console

from benchmarks.scorer.tables import table
from tests.unit.benchmarks.scorer.stated import RESULT


def test_each_device_has_a_row_a_variant_and_no_latency_where_none_was_measured() -> None:
    console = Console(width=200)
    with console.capture() as written:
        console.print(table(RESULT))
    text = written.get()
    assert text.count("ratio to ideal 0.97") == 2
    (ideal, _) = [line for line in text.splitlines() if " ideal " in line and "ratio" not in line]
    assert "900" in ideal
    assert "12.0" not in ideal
