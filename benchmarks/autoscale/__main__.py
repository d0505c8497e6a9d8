"""Late requests and replica-seconds: the graph's autoscaling against Serve's stock policy, on fakes.

A rate steps to eight times and back, then spikes to eight times twice. Two stages scale from 1 to 4 replicas.
A replica of a fake waits as a model would compute, and serves four calls at a time, so that queues decide and not this
machine's cores. All arms have the same bounds, targets and delays: `stock` is Serve's own policy, `stages` sizes each
stage by itself from what is reported each second, `graph` sizes all from the rate at the ingress.
"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from benchmarks.autoscale.arms import ARMS, CONFIG
from benchmarks.autoscale.measure import measure
from benchmarks.autoscale.plot import plot
from benchmarks.autoscale.result import result
from benchmarks.lib import record
from benchmarks.lib.console import console
from benchmarks.lib.local_app import refusals
from benchmarks.lib.results import raw_rows
from deployments.errors import Misconfigured

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_SOME = "Measure these alone, by commas; the rows of the others are those of the last run."


@app.command(help=__doc__)
def autoscale(
    base_rps: Annotated[float, typer.Option(min=0.1, max=10, help="Requests/s at the lowest.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Of the arrivals.")] = 1,
    arms: Annotated[str, typer.Option(help=_SOME)] = ",".join(ARMS),
) -> None:
    with refusals():
        measured = arms.split(",")
        if wrong := [arm for arm in measured if arm not in ARMS]:
            raise Misconfigured(f"--arms: {wrong[0]!r} is none of {', '.join(ARMS)}")
        rows = [row for row in raw_rows(record.RESULTS, "autoscale") if row["arm"] not in measured]
        if rows:
            _same_load(base_rps, seed)
        for each in measured:
            console.print(f"arm {each}")
            rows += measure(each, base_rps, seed)
    summary = result(rows, base_rps, seed)
    plot(summary, rows, record.RESULTS / "autoscale.png")
    record.write("autoscale", summary, config=CONFIG, raw=rows)


def _same_load(base_rps: float, seed: int) -> None:
    """Raise Misconfigured when the kept rows are of another load: they would be compared with these."""
    kept = json.loads((record.RESULTS / "autoscale.json").read_text(encoding="utf-8"))
    if (kept["base_rps"], kept["seed"]) != (base_rps, seed):
        raise Misconfigured(
            f"--arms: the kept rows are of --base-rps {kept['base_rps']:g} --seed {kept['seed']}: take these, "
            "or measure all arms"
        )


if __name__ == "__main__":
    app()
