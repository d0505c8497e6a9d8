"""Measure what the drafts of a cold item share in the prefix cache.

By block size and with one prompt sent first, at 4 categories x 1; and by the prompt's layout, at 4 categories x 2: the
served one, whose category comes last, beside two that put the category before the item's facts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from benchmarks.lib import record
from benchmarks.lib.console import console, refusal
from benchmarks.prefix.measure import run
from benchmarks.prefix.plot import plot
from deployments.errors import Misconfigured, PushGenError

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(help=__doc__)
def prefix(
    config: Annotated[Path, typer.Option(help="The serve config whose generator is measured.")] = Path(
        "configs/demo.yaml"
    ),
    items: Annotated[int, typer.Option(min=2, max=24, help="Cold items, each sent once in every arm.")] = 10,
) -> None:
    try:
        result, rows = asyncio.run(run(config, items))
    except (Misconfigured, PushGenError) as error:
        raise refusal(error) from None
    console.print(table("4 drafts an item", result["arms"]))
    console.print(table("8 drafts an item", result["layouts"]))
    plot(result, record.RESULTS / "prefix.png")
    record.write("prefix", result, config=config, raw=rows)


def table(title: str, arms: Mapping[str, Mapping[str, Any]]) -> Table:
    shown = Table(title=title)
    columns = ("arm", "prompt tokens from the cache", "all drafts, median", "time against the first arm")
    for column in columns:
        shown.add_column(column, justify="left" if column == "arm" else "right")
    for name, arm in arms.items():
        shown.add_row(name, f"{arm['cached_share']:.0%}", f"{arm['median_s']:.2f} s", f"{arm['time_ratio']:.2f}")
    return shown


if __name__ == "__main__":
    app()
