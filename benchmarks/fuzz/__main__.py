"""Malformed and hostile requests over HTTP and gRPC against the graph on fakes, as `serve run` starts it.

Requests that schemathesis makes of the OpenAPI document, changed JSON, protobuf, headers, methods and framing, corrupt
and hostile pictures, hostile texts. Of one seed they are always the same. No answer may be internal, tell of our
machine or code, or fail to come, and no process may die. Failed requests are kept in build/fuzz/failures.jsonl;
`--replay` sends them again.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.fuzz.measure import CONFIG, FAILURES, Plan, run
from benchmarks.fuzz.plot import plot
from benchmarks.lib import record
from benchmarks.lib.console import console
from benchmarks.lib.local_app import refusals

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(help=__doc__)
def fuzz(
    requests: Annotated[int, typer.Option(min=20, max=1_000_000, help="Of each protocol.")] = 5_000,
    seed: Annotated[int, typer.Option(min=0, help="Of all requests.")] = 0,
    bound_s: Annotated[float, typer.Option(min=1, max=300, help="An answer later than this is a hang.")] = 30.0,
    most_minutes: Annotated[float, typer.Option(min=0.1, max=600, help="For each protocol.")] = 20.0,
    replay: Annotated[Path | None, typer.Option(help="Send the requests of this file instead.")] = None,
) -> None:
    plan = Plan(requests, seed, bound_s, most_minutes, replay)
    with refusals():
        result, rows = asyncio.run(run(plan))
    faults = sum(result[name] for name in ("internal", "leaks", "crashes", "hangs"))
    if faults:
        console.print(f"{faults} faults; the requests are in {FAILURES}")
    if replay is None:
        plot(rows, record.RESULTS / "fuzz.png")
        record.write("fuzz", result, config=CONFIG, raw=rows)
    else:
        console.print_json(data=result)
    raise typer.Exit(1 if faults else 0)


if __name__ == "__main__":
    app()
