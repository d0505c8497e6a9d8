"""Markdown tables and what may stand in their cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

NONE: Final = "not recorded"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def cell(text: str) -> str:
    """Text that stays in its cell and is not read as Markdown."""
    for special in "\\|*_`<[":
        text = text.replace(special, "\\" + special)
    return " ".join(text.split())


def code(text: Any) -> str:
    """In a table a bar ends the cell, inside backticks too."""
    return "`" + str(text).replace("`", "'").replace("|", "\\|") + "`" if text else NONE
