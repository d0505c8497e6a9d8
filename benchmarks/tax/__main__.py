"""The cost of the graph on fakes of 0 ms, beside an echo with one child on Serve's own defaults.

In turn, each first in every other round: the echo, the graph with all stages as deployments, and with all but the
generator inline. Each is started alone and measured over gRPC and HTTP: p50 with one request at a time; requests/s and
CPU time a request, the caller's not counted, with many in flight; cores in use with nothing to do. Ratios are taken
within a round; the median of the rounds counts. `own_cpu_ms_...`: the graph's own code, in
this process.
"""

from __future__ import annotations

from typing import Annotated

import typer

from benchmarks.lib import record
from benchmarks.lib.local_app import environment_of, refusals
from benchmarks.tax.measure import Plan, run
from benchmarks.tax.own import own
from benchmarks.tax.plot import plot
from benchmarks.tax.summary import summary
from benchmarks.tax.variants import CONFIG

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(help=__doc__)
def tax(
    rounds: Annotated[int, typer.Option(min=1, max=20, help="Starts of each application.")] = 3,
    latency_s: Annotated[float, typer.Option(min=0.1, max=30, help="Of one request at a time, per protocol.")] = 2.5,
    rate_s: Annotated[float, typer.Option(min=0.1, max=30, help="Of many in flight, per protocol.")] = 4.0,
    idle_s: Annotated[float, typer.Option(min=0.1, max=60, help="With nothing to do.")] = 5.0,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Requests in flight for requests/s.")] = 16,
    env: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE for the graph alone, for instance a flag of Ray Serve.")
    ] = None,
) -> None:
    with refusals():
        flags = environment_of(env or [])
        without_hops = own()
        rows = run(Plan(rounds, latency_s, rate_s, idle_s, concurrency), flags)
    result = summary(rows) | without_hops | {"concurrency": concurrency, "env": flags}
    plot(rows, record.RESULTS / "tax.png")
    record.write("tax", result, config=CONFIG, raw=rows)


if __name__ == "__main__":
    app()
