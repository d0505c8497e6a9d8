"""Our batcher against `@serve.batch`, an ideal offline loop and one by one: copies a second, and latency at 70% load.

Twice: on the shipped reward model as this machine runs it, and on a device that takes a stated time (`DeviceModel`).
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from benchmarks.lib import record
from benchmarks.lib.console import console, quiet, refusal
from benchmarks.scorer.measure import LOAD, Plan, measure, raw_rows, report
from benchmarks.scorer.plot import plot
from benchmarks.scorer.tables import table
from benchmarks.scorer.variants import (
    DeviceModel,
    RealModel,
    replica_context,
)
from deployments.batching import BatchLimits
from deployments.errors import Misconfigured

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(help=__doc__)
def scorer(
    model: Annotated[Path, typer.Option(help="Folder of the reward model.")] = Path("models/reward"),
    max_batch_tokens: Annotated[int, typer.Option(min=96, help="Padded tokens of a batch.")] = 4096,
    max_batch_items: Annotated[int, typer.Option(min=1, help="Copies of a batch.")] = 64,
    copies_per_call: Annotated[int, typer.Option(min=1, max=64, help="Copies that arrive together.")] = 4,
    outstanding: Annotated[int, typer.Option(min=64, help="Copies that wait or compute at saturation.")] = 1024,
    launch_us: Annotated[float, typer.Option(min=0, help="Of the device model: time of a batch of any size.")] = 1000.0,
    ns_per_token: Annotated[float, typer.Option(min=0, help="Of the device model: for each padded token.")] = 600.0,
    repeats: Annotated[int, typer.Option(min=1, help="Rounds; the variants take turns in each.")] = 3,
    seconds: Annotated[
        float, typer.Option(min=0.1, help="Of one run on the device model; twice that on the model.")
    ] = 2.0,
    threads: Annotated[int | None, typer.Option(min=1, help="Of torch; unset: torch's own choice.")] = None,
) -> None:
    # Nothing is refused here, because no other variant can refuse.
    limits = BatchLimits(max_batch_tokens=max_batch_tokens, max_batch_items=max_batch_items, max_queue=1_000_000)
    console.print("loading the reward model")
    try:
        real = RealModel(model, max_batch_tokens, threads)
    except Misconfigured as error:
        raise refusal(f"{error}; name its folder with --model") from None
    common = Plan(
        device=DeviceModel(launch_us, ns_per_token),
        longest=real.max_length,
        copies_per_call=copies_per_call,
        outstanding=outstanding,
        repeats=repeats,
        seconds=seconds,
        warm_s=seconds / 4,
        waits_s=(0.0, 0.002, 0.01),
    )
    slower = replace(common, device=real, seconds=2 * seconds, warm_s=seconds / 2, waits_s=(0.0, 0.01, 0.1))
    plans = {"device_model": common, "real": slower}
    began = time.monotonic()
    measured = {}
    with replica_context(), Progress(console=console, disable=quiet()) as progress:
        for name, plan in plans.items():
            task = progress.add_task(f"measuring {name}", total=plan.steps)
            measured[name] = measure(plan, limits, partial(progress.advance, task))
    result = report(measured) | {
        "limits": limits.model_dump(),
        "copies_per_call": copies_per_call,
        "outstanding": outstanding,
        "load": LOAD,
        "model": real.description,
        "stated_device": {"launch_us": launch_us, "ns_per_token": ns_per_token, "source": "see DeviceModel; a model"},
        "seconds": round(time.monotonic() - began, 1),
    }
    console.print(table(result))
    rows = list(raw_rows(measured))
    plot(result, rows, record.RESULTS / "scorer.png")
    record.write("scorer", result, raw=rows)


if __name__ == "__main__":
    app()
