"""Direct ingress (HAProxy before the ingress replicas' own ports) against Serve's Python proxy, over gRPC and HTTP.

The mode belongs to a cluster, so each is started several times, in turn. `generate` is the whole graph on fakes of
0 ms, `info` an answer that the ingress gives by itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.ingress.measure import Plan, run
from benchmarks.ingress.plot import plot
from benchmarks.lib import record
from benchmarks.lib.local_app import refusals

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(help=__doc__)
def ingress(
    config: Annotated[Path, typer.Option(help="A serve config whose stages are fakes.")] = Path("configs/fake.yaml"),
    starts: Annotated[int, typer.Option(min=1, max=5, help="Of each mode.")] = 2,
    seconds: Annotated[float, typer.Option(min=0.2, max=20, help="Of each of a start's twelve measurements.")] = 2.0,
    warm_up: Annotated[int, typer.Option(min=1, max=1000, help="Requests of each kind before the first.")] = 50,
) -> None:
    with refusals():
        result, rows = run(config, Plan(starts, seconds, warm_up))
    plot(result, record.RESULTS / "ingress.png")
    record.write("ingress", result, config=config, raw=rows)


if __name__ == "__main__":
    app()
