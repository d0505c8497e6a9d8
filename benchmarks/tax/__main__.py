"""The cost of the framework: the graph on fakes of 0 ms beside a bare Serve echo with one child.

Both applications are up; they are measured in turn, each first in every other round, over gRPC and HTTP. p50 comes from
one request at a time, requests/s from many in flight. Ratios are taken within a round; the median of the rounds counts.
`one_candidate` is the same with a request that asks for a single candidate, so that the per-candidate cost shows.
"""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from benchmarks.lib import record
from benchmarks.lib.local_app import STAGES, environment_of, fakes, refusals, started
from benchmarks.tax.measure import CONFIG, ECHO, Plan, measure, result
from benchmarks.tax.plot import plot

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(help=__doc__)
def tax(
    rounds: Annotated[int, typer.Option(min=1, max=20)] = 4,
    latency_s: Annotated[float, typer.Option(min=0.1, max=30, help="Of one request at a time, per measurement.")] = 2.5,
    rate_s: Annotated[float, typer.Option(min=0.1, max=30, help="Of many in flight, per measurement.")] = 4.0,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Requests in flight for requests/s.")] = 16,
    env: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE for both applications, for instance a flag of Ray Serve.")
    ] = None,
) -> None:
    plan = Plan(rounds, latency_s, rate_s, concurrency)
    with refusals():
        flags = environment_of(env or [])
        no_op = fakes(dict.fromkeys(STAGES, 0.0))
        with started(ECHO, env=flags) as echo, started(CONFIG, no_op, flags) as graph:
            rows = asyncio.run(measure({"graph": graph, "echo": echo}, plan))
    summary = result(rows, plan) | {"env": flags}
    plot(summary, rows, record.RESULTS / "tax.png")
    record.write("tax", summary, config=CONFIG, raw=rows)


if __name__ == "__main__":
    app()
