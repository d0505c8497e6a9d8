"""Offered rate against latency and goodput, open loop, and the knee: the highest rate that the service sustains.

A rate is sustained when at least 95% of its requests get a whole decision within the SLO. Rates double until one is not
sustained, then close in on the knee. At the knee and at 70% of it the load is repeated: those numbers are medians, with
their range. Without --slo-ms the SLO is three times the median of one request at a time, taken first.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.lib import record
from benchmarks.lib.local_app import refusals
from benchmarks.lib.open_loop import ARRIVALS
from benchmarks.lib.targets import TARGETS, loopback
from benchmarks.load.measure import Plan, rates_of, run
from benchmarks.load.plot import plot
from deployments.errors import Misconfigured

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(help=__doc__)
def load(
    config: Annotated[Path, typer.Option(help="A serve config to start.")] = Path("configs/fake.yaml"),
    address: Annotated[
        str | None, typer.Option(help="A running service on this machine instead: its gRPC or HTTP HOST:PORT.")
    ] = None,
    protocol: Annotated[str, typer.Option(help=f"{' or '.join(TARGETS)}.")] = "grpc",
    arrivals: Annotated[str, typer.Option(help=f"{' or '.join(ARRIVALS)}.")] = "poisson",
    photos: Annotated[bool, typer.Option("--photos", help="Send the demo items with their pictures.")] = False,
    rates: Annotated[str, typer.Option(help="Offer these requests/s, by commas, instead of a search.")] = "",
    start_rps: Annotated[float, typer.Option(min=0.01, max=1000, help="First rate of the search.")] = 4.0,
    max_rps: Annotated[float, typer.Option(min=0.01, max=5000)] = 500.0,
    slo_ms: Annotated[float | None, typer.Option(min=1, help="A decision later than this is not good.")] = None,
    step_s: Annotated[float, typer.Option(min=0.5, max=120, help="Of each rate; longer for a low one.")] = 9.0,
    repeats: Annotated[int, typer.Option(min=1, max=10, help="At the knee and at 70% of it.")] = 3,
    budget_s: Annotated[float, typer.Option(min=1, max=1800, help="No new rate is tried after this.")] = 200.0,
    seed: Annotated[int, typer.Option(help="Of the arrivals.")] = 0,
) -> None:
    with refusals():
        for option, value, choices in (("--protocol", protocol, TARGETS), ("--arrivals", arrivals, ARRIVALS)):
            if value not in choices:
                raise Misconfigured(f"{option} {value!r}: choose {' or '.join(choices)}")
        plan = Plan(
            protocol, arrivals, photos, rates_of(rates), start_rps, max_rps, slo_ms, step_s, repeats, budget_s, seed
        )
        result, rows = asyncio.run(run(plan, config, address and loopback(address)))
    plot(result, record.RESULTS / "load.png")
    record.write("load", result, config=None if address else config, raw=rows)


if __name__ == "__main__":
    app()
