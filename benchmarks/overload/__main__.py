"""Goodput at 0.5, 1, 2, 4 and 8 times the knee, with the admission gate and without it, open loop over gRPC.

The graph is configs/fake.yaml; its generator waits like an engine with a few places, which bounds the graph at
places / (8 candidates x wait) items/s, with CPU left to refuse the rest. Every request has a time budget; four in five
are REALTIME. A request is good when its whole Decision is there within the budget, counted from its intended start.
Without the gate (`admission: {adaptive: false, max_waiting: 0}`) the service works on whatever comes, up to 256 at a
time. The knee is the highest rate at which that service answers 95% well; both are offered the same rates.
"""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from benchmarks.lib import record
from benchmarks.lib.local_app import refusals
from benchmarks.overload.measure import CONFIG, Plan, run
from benchmarks.overload.plot import plot

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(help=__doc__)
def overload(
    generate_ms: Annotated[float, typer.Option(min=1, max=5000, help="The generator's wait for each candidate.")] = 60,
    places: Annotated[int, typer.Option(min=1, max=64, help="Calls that the generator takes at a time.")] = 4,
    budget_ms: Annotated[int, typer.Option(min=50, max=60_000, help="Time budget of every request.")] = 1500,
    knee_rps: Annotated[float | None, typer.Option(min=0.1, max=1000, help="Take it as given, search none.")] = None,
    step_s: Annotated[float, typer.Option(min=1, max=300, help="Of each rate; longer for a low one.")] = 20.0,
    repeats: Annotated[int, typer.Option(min=1, max=10, help="Both services in turn, so many times.")] = 1,
    seed: Annotated[int, typer.Option(help="Of the arrivals.")] = 0,
) -> None:
    plan = Plan(generate_ms, places, budget_ms, knee_rps, step_s, repeats, seed)
    with refusals():
        result, rows = asyncio.run(run(plan))
    plot(result, record.RESULTS / "overload.png")
    record.write("overload", result, config=CONFIG, raw=rows)


if __name__ == "__main__":
    app()
