"""Items/s on fakes that wait as a GPU stage would, with 1, 2 and 4 replicas of each stage.

A replica takes `--ongoing` calls at a time and the generator waits longest, so its replicas are what bounds the graph:
a replica can do ongoing / (candidates x wait) items/s, and the ideal of n replicas is n times one. The graph's own
CPU time comes on top: a machine shows scaling only up to cores / CPU time per item, so the waits are long enough to
keep four replicas well below that, and `machine_busy` says how far below. Closed loop, over gRPC, with three times as
many requests in flight as the generator has places.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer
from rich.progress import track

from benchmarks.lib import record
from benchmarks.lib.console import console, quiet
from benchmarks.lib.local_app import refusals, started
from benchmarks.scale.measure import CONFIG, REPLICAS, UNDER_WAY_PER_PLACE, measure, result, scaled, waits
from benchmarks.scale.plot import plot

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(help=__doc__)
def scale(
    generate_ms: Annotated[float, typer.Option(min=1, max=5000, help="The generator's wait for each candidate.")] = 500,
    ongoing: Annotated[int, typer.Option(min=1, max=16, help="Calls that a replica takes at a time.")] = 4,
    window_s: Annotated[float, typer.Option(min=0.5, max=60, help="Of one measurement.")] = 10.0,
    windows: Annotated[int, typer.Option(min=1, max=10, help="Measurements for each number of replicas.")] = 3,
) -> None:
    latency_ms = waits(generate_ms)
    rows: list[dict[str, Any]] = []
    with refusals():
        for replicas in track(REPLICAS, "replicas", console=console, disable=quiet()):
            with started(CONFIG, scaled(latency_ms, replicas, ongoing)) as served:
                under_way = UNDER_WAY_PER_PLACE * replicas * ongoing
                rows += asyncio.run(measure(served, replicas, under_way, window_s, windows))
    summary = result(rows, latency_ms, ongoing)
    plot(summary, record.RESULTS / "scale.png")
    record.write("scale", summary, config=CONFIG, raw=rows)


if __name__ == "__main__":
    app()
