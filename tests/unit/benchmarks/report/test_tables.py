"""Cells of Markdown tables."""

from __future__ import annotations

from benchmarks.report.tables import cell


def test_a_cell_stays_one_line_and_is_no_markdown() -> None:
    assert cell("a|b\nc") == "a\\|b c"
