"""Turn measured stage rates into replicas, and with your prices into cost, for a volume of notifications."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.capacity.rates import PER_UNIT, measured, pairs, results_in, stated
from benchmarks.capacity.sheet import STAGES, Volume, sheet
from benchmarks.capacity.tables import as_dict, remarks, table
from benchmarks.lib import record
from benchmarks.lib.console import console, refusal
from benchmarks.lib.results import BadResult
from deployments.errors import Misconfigured

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(help=__doc__)
def capacity(
    notifications_per_day: Annotated[float, typer.Option(help="Decisions a day, such as 100e6.")],
    peak_factor: Annotated[float, typer.Option(help="Peak rate over the day's mean.")] = 3.0,
    cache_hit: Annotated[float, typer.Option(help="Share of captions that the cache has.")] = 0.9,
    categories: Annotated[int, typer.Option(min=1, help="Categories of a request.")] = 4,
    candidates: Annotated[int, typer.Option(min=1, help="Candidates of a category.")] = 2,
    incumbents: Annotated[int, typer.Option(min=0, help="Copies of yours that are scored beside them.")] = 0,
    utilisation: Annotated[float, typer.Option(help="Share of a replica's rate to plan with; queues need room.")] = 0.7,
    rate: Annotated[
        list[str] | None,
        typer.Option(help=f"STAGE=NUMBER a second and replica, over a measured one. Stages: {', '.join(STAGES)}."),
    ] = None,
    price: Annotated[
        list[str] | None,
        typer.Option(
            help="STAGE=NUMBER for a replica-hour, or cpu=NUMBER for a core-hour and gpu=NUMBER for a GPU-hour; "
            "cpu=0 where cores come with the GPU."
        ),
    ] = None,
    config: Annotated[Path, typer.Option(help="Says what a replica with a given rate takes: its `scaling`.")] = Path(
        "configs/cluster.yaml"
    ),
    results: Annotated[Path, typer.Option(help="Folder with the benchmarks' results.")] = record.RESULTS,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on the last line.")] = False,
) -> None:
    try:
        volume = Volume(notifications_per_day, peak_factor, cache_hit, categories, candidates, incumbents, utilisation)
        stated_rates = pairs(rate or (), "--rate", STAGES)
        prices = pairs(price or (), "--price", (*STAGES, *PER_UNIT))
        rates = {**measured(results_in(results)), **stated(stated_rates, config)}
        needs = sheet(volume, rates, prices)
    except (Misconfigured, BadResult) as error:
        raise refusal(error) from None
    console.print(table(volume, needs))
    for line in remarks(needs):
        console.print(line)
    if as_json:
        sys.stdout.write(json.dumps(as_dict(volume, needs)) + "\n")


if __name__ == "__main__":
    app()
