"""Progress of the demo: a status line on a terminal, else a line now and then."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from rich.console import Console

console = Console(highlight=False)
if not console.is_terminal:  # a file has no width, and 80 columns would fold the tables
    console.width = 120
_EVERY_S = 10.0


def step(number: int, of: int, text: str) -> None:
    console.print(f"[bold][{number}/{of}][/bold] {text}")


def print_any_text() -> None:
    """Let characters that the terminal's encoding lacks appear as "?" instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def say(text: str) -> None:
    """Print a last word, to a terminal that may be closed by now."""
    with suppress(OSError):
        console.print(text, soft_wrap=True)


@contextmanager
def waiting(stages: tuple[str, ...]) -> Iterator[Callable[[dict[str, float]], None]]:
    """Show which stages are ready while the body waits. Yields the function that takes the ready stages."""
    started = time.monotonic()
    reported: set[str] = set()
    last = started

    def line(ready: dict[str, float]) -> str:
        marks = [f"[green]{s} ✓[/green]" if s in ready else f"[dim]{s} …[/dim]" for s in stages]
        return f"{time.monotonic() - started:4.0f} s  {'  '.join(marks)}"

    if console.is_terminal:
        with console.status(line({})) as status:
            yield lambda ready: status.update(line(ready))
        return

    def report(ready: dict[str, float]) -> None:
        nonlocal last
        if ready.keys() - reported or time.monotonic() - last > _EVERY_S:
            reported.update(ready)
            last = time.monotonic()
            console.print(f"      {line(ready)}")

    yield report
