"""A bulk job against the online graph, and against kills.

Items/s of `pushgen bulk` and of the online graph under `pushgen generate --jsonl`, on the same items and seeds, without
either's start. Then a job on fakes that is killed at random points and gone on with: items lost and answered twice.
With --items 0 or --kills 0 that part keeps its last result, and its environment in `environments`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.bulk import kills as killed
from benchmarks.bulk import rates
from benchmarks.bulk.plot import plot
from benchmarks.lib import record
from benchmarks.lib.local_app import refusals
from benchmarks.lib.results import raw_rows

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(help=__doc__)
def bulk(
    config: Annotated[Path, typer.Option(help="The serve config of the rates.")] = Path("configs/demo.yaml"),
    items: Annotated[int, typer.Option(min=0, max=10_000, help="Requests of the rates.")] = 48,
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="Requests in flight online.")] = 16,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Workers of the bulk job.")] = 2,
    kills: Annotated[int, typer.Option(min=0, max=1000, help="Of the job on fakes.")] = 20,
    kill_config: Annotated[Path, typer.Option(help="The serve config of the job that is killed.")] = Path(
        "configs/fake.yaml"
    ),
    kill_items: Annotated[int, typer.Option(min=100, max=100_000, help="Rows of that job.")] = 2000,
) -> None:
    result, rows = last(record.RESULTS)
    environments = result.pop("environments", {})
    with refusals():
        if items:
            result |= rates.run(config, items, concurrency, workers)
            environments["rates"] = record.environment(config)
        if kills:
            ends, rows = killed.run(kill_config, kills, kill_items)
            result |= ends
            environments["kills"] = record.environment(kill_config)
    if {"bulk_vs_online", "lost"} <= result.keys():
        plot(result, rows, record.RESULTS / "bulk.png")
    result["environments"] = environments
    record.write("bulk", result, config=config, raw=rows)


def last(folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the last result and its rows, empty where there is none."""
    path = folder / "bulk.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    kept.pop("environment", None)
    return kept, raw_rows(folder, "bulk")


if __name__ == "__main__":
    app()
