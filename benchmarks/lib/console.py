"""Messages of the commands, on standard error. Standard output holds the result alone."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.markup import escape

console = Console(stderr=True, highlight=False)
if not console.is_terminal:  # a file has no width of its own; 80 columns would fold the tables
    console.width = 160


def quiet() -> bool:
    """No progress bar where nobody watches."""
    return not console.is_terminal


def refusal(why: object, code: int = 2) -> typer.Exit:
    """Say why, in one line; raise what is returned. Code 2 is for what the caller can put right."""
    console.print(f"[red]error:[/red] {escape(str(why))}")
    return typer.Exit(code)
