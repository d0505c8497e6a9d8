"""A head and three worker nodes of Ray on this machine, each in its pool, changed and damaged under a steady load.

On configs/fake.yaml with the real router and reward. In turn: a node of the engines is lost and another joins; a config
that replaces every replica, and back; a config that is refused; a reward model that goes live, and back; a catalogue,
and back; the generator at zero replicas, woken by calls.

lost: requests without an answer, as `make chaos` counts them. misplaced: replicas on a node that their scaling does not
let them run on, or too many on one node, after each change. recovered_s: the longest time until 99% of the requests are
good again; of the woken stage, until the first good
answer. With a change that was not made, lost and misplaced are not known.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.chaos.plot import plot
from benchmarks.cluster.measure import Plan, run
from benchmarks.lib import record
from benchmarks.lib.local_app import refusals

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(help=__doc__)
def cluster(
    config: Annotated[Path, typer.Option(help="With fake stages.")] = Path("configs/fake.yaml"),
    rps: Annotated[float, typer.Option(min=0.05, max=1000, help="Requests a second.")] = 1.5,
    budget_ms: Annotated[int, typer.Option(min=100, max=120_000, help="Time budget of a request.")] = 10_000,
    seed: Annotated[int, typer.Option(help="Of the arrivals.")] = 0,
) -> None:
    with refusals():
        result, rows = asyncio.run(run(Plan(config, rps, budget_ms, seed)))
    plot(rows, record.RESULTS / "cluster.png")
    record.write("cluster", result, config=config, raw=rows)


if __name__ == "__main__":
    app()
