"""`pushgen bulk`: a file of requests to a folder of Decisions, with no service running."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from serve_app.client import cli_input, output
from serve_app.client.cli_check import installed
from serve_app.client.cli_errors import BAD_INPUT, FAILED
from serve_app.client.cli_session import errors, reported


class OutputFormat(StrEnum):
    """Format of the Decisions."""

    JSONL = "jsonl"
    PARQUET = "parquet"


def bulk(
    source: Annotated[
        str, typer.Argument(metavar="IN", help="Requests or items: a .jsonl or .parquet file, or a folder of them.")
    ],
    out: Annotated[
        str,
        typer.Argument(
            metavar="OUT", help="Folder of the Decisions. The same command goes on with one that was cut off."
        ),
    ],
    config: Annotated[str, typer.Option(help="Serve config whose stages, settings and knobs are used.")] = (
        "configs/demo.yaml"
    ),
    format_: Annotated[OutputFormat | None, typer.Option("--format", help="Of the Decisions; as the input's.")] = None,
    workers: Annotated[
        int, typer.Option(min=1, help="The most workers. Each has every stage, and the GPUs and CPUs of `scaling`.")
    ] = 1,
    concurrency: Annotated[
        int | None, typer.Option(min=1, max=4096, help="Requests at once in a worker; what keeps its engine full.")
    ] = None,
    tenant: Annotated[str, typer.Option(help="Tenant whose own terms and adapters hold.")] = "",
    address: Annotated[
        str | None, typer.Option(help="Ray cluster to use, `auto` on one of its nodes; else one of its own.")
    ] = None,
    price_per_hour: Annotated[float | None, typer.Option(min=0, help="Of the machines, for the cost.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Decide a file of requests overnight: all stages in one process, equal items side by side, no item twice.

    Exits with 1 when an item failed, with 2 when some were bad input alone. Example: pushgen bulk items.jsonl decided
    """
    with reported(as_json=as_json), installed("a bulk job"):
        from serve_app.bulk.cluster import BulkFailed  # noqa: PLC0415 - not all clients have Ray
        from serve_app.bulk.job import Job  # noqa: PLC0415

        job = Job(
            source=Path(source), out=Path(out), config=Path(config), read=cli_input.request_of,
            output=format_.value if format_ else None, workers=workers, concurrency=concurrency, tenant=tenant,
            address=address, price_per_hour=price_per_hour,
        )  # fmt: skip
        try:
            summary = _tracked(job)
        except BulkFailed as error:
            errors.print(f"error: {error}", style="bold red", markup=False)
            raise typer.Exit(FAILED) from None
        except KeyboardInterrupt:
            errors.print("stopped; the same command goes on", style="yellow")
            raise
    if as_json:
        output.write_json(cli_input.dump(summary))
    else:
        Console().print(summary_table(summary))
    problems = summary["problems"]
    if problems:
        raise typer.Exit(BAD_INPUT if set(problems) == {"INVALID_INPUT"} else FAILED)


def _tracked(job: Any) -> dict[str, Any]:
    """Run the job, with a bar on a terminal."""
    columns = (TextColumn("items"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, disable=not errors.is_terminal) as bar:
        task = bar.add_task("items", total=None)
        summary: dict[str, Any] = job.run(lambda done, rows: bar.update(task, completed=done, total=rows))
    return summary


def summary_table(summary: dict[str, Any]) -> Table:
    """Show the counts, the rate and the cost."""
    table = Table.grid(padding=(0, 2))
    run = summary["run"]
    rows = {
        "items": summary["rows"],
        **{f"  {name.lower()}": count for name, count in sorted(summary["sources"].items())},
        **{f"  dead letters, {name}": count for name, count in sorted(summary["problems"].items())},
        "not whole": summary["partial"],
        **{name.replace("_", " "): count for name, count in summary["tokens"].items()},
        "this run": f"{run['rows']} items in {run['seconds']:g} s, {run['rows_per_s'] or 0:g} items/s",
    }
    if "cost" in run:
        rows["cost"] = f"{run['cost']:g}, {run['cost_per_1000'] or 0:g} for 1000 items"
    for name, value in rows.items():
        table.add_row(name, f"{value:,}" if isinstance(value, int) else value)
    return table
