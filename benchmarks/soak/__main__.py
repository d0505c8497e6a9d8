"""A quarter of an hour at 70% of the knee, with bursts of four times as much and callers who leave.

Callers of both protocols, unary, streams and batches, with a time budget each, on configs/fake.yaml. Every minute has a
burst of 5 s; one request in ten is cancelled on its way.

goodput_ratio: good answers of the requests outside bursts and of the 5 s after them that were not cancelled.
rss_growth_pct: memory of all processes of the application, taken at the same moment of each minute: the median of the
last three over that of the third to the fifth. late_share: beyond the budget and 100 ms, of what was not refused.
orphans: processes left after the application has ended.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.lib import record
from benchmarks.lib.local_app import refusals
from benchmarks.soak.measure import CONFIG, Plan, run
from benchmarks.soak.plot import plot

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(help=__doc__)
def soak(
    config: Annotated[Path, typer.Option(help="The application.")] = CONFIG,
    minutes: Annotated[float, typer.Option(min=0.1, max=1440, help="One cycle each.")] = 15.0,
    share: Annotated[float, typer.Option(min=0.05, max=1, help="Of the knee.")] = 0.7,
    burst: Annotated[float, typer.Option(min=1, max=100, help="Times the rate.")] = 4.0,
    cancel_share: Annotated[float, typer.Option(min=0, max=1, help="Of the requests.")] = 0.1,
    knee_rps: Annotated[float | None, typer.Option(min=0.1, max=1000, help="Take it as given, search none.")] = None,
    budget_ms: Annotated[int, typer.Option(min=50, max=60_000, help="Time budget of every request.")] = 2000,
    seed: Annotated[int, typer.Option(help="Of arrivals and cancels.")] = 0,
) -> None:
    plan = Plan(config, minutes, share, burst, cancel_share, knee_rps, budget_ms, seed)
    with refusals():
        result, rows = asyncio.run(run(plan))
    plot(result, rows, record.RESULTS / "soak.png")
    record.write("soak", result, config=config, raw=rows)


if __name__ == "__main__":
    app()
