"""Locust, headless: gRPC and HTTP users side by side against one application, closed loop.

What a team sees that points locust at the service. Users wait between requests, so the rate is what these users ask
for and the service lets through; for latency under a given load there is `benchmarks.load`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.lib import record
from benchmarks.lib.console import console
from benchmarks.lib.local_app import CpuMeter, refusals, started
from benchmarks.locust.plot import plot
from benchmarks.locust.swarm import history, result, swarm

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(help=__doc__)
def locust_run(
    config: Annotated[Path, typer.Option(help="A serve config to start.")] = Path("configs/fake.yaml"),
    users: Annotated[int, typer.Option(min=2, max=256, help="In all, half of each protocol.")] = 8,
    spawn_rate: Annotated[float, typer.Option(min=0.1, max=100, help="Users a second.")] = 4.0,
    run_s: Annotated[int, typer.Option(min=2, max=240)] = 60,
) -> None:
    with refusals(), started(config) as served, tempfile.TemporaryDirectory() as folder:
        meter = CpuMeter(served)
        with console.status(f"{users} users for {run_s} s"):
            report = swarm(served, Path(folder), users, spawn_rate, run_s)
        summary = result(report, users, run_s) | meter.read()
        rows = history(Path(folder) / "run_stats_history.csv")
    plot(summary, rows, record.RESULTS / "locust.png")
    record.write("locust", summary, config=config, raw=rows)


if __name__ == "__main__":
    app()
