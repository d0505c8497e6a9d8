"""One fault at a time under a steady load: what callers see, and for how long.

Two replicas of everything, on the fakes (configs/fake.yaml) and on real stages (configs/demo.yaml). Callers of both
protocols, unary, streams and batches, with a time budget each, at half of what eight callers at once get. The faults:
kill -9 of a replica of each stage and of the ingress, of an engine's process, of the proxy, of Serve's controller, and
of a worker node; a full disk under the caption store; a stage that hangs; a redeployment that replaces every replica.

requests: all that were sent. lost: no answer within the budget and 2 s (a batch: within the time that the service
promises), a stream that just ended, nothing at the address, or UNAVAILABLE after the retries of the shipped client.
wrong: the answer to another request. internal: INTERNAL, UNKNOWN or 500. late: beyond the budget and 100 ms. refused:
the service says at once to come back later. degraded: a Decision in time with a declared degradation. orphans:
processes that should have ended with what was killed, or with the application. recovered_s: from the fault until 99%
are good, and stay so.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.chaos.faults import BY_NAME, FAULTS
from benchmarks.chaos.measure import Plan, run
from benchmarks.chaos.plot import plot
from benchmarks.lib import record
from benchmarks.lib.local_app import refusals
from deployments.errors import Misconfigured

CONFIGS = (Path("configs/fake.yaml"), Path("configs/demo.yaml"))
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(help=__doc__)
def chaos(
    config: Annotated[list[Path], typer.Option(help="Give it again for another one.")] = list(CONFIGS),  # noqa: B006 - typer copies it
    faults: Annotated[str, typer.Option(help=f"Some of: {','.join(BY_NAME)}.")] = "",
    share: Annotated[float, typer.Option(min=0.05, max=1, help="Of what eight callers at once get.")] = 0.5,
    rps: Annotated[float | None, typer.Option(min=0.05, max=1000, help="Take it as given, measure none.")] = None,
    budget_ms: Annotated[int | None, typer.Option(min=100, max=120_000, help="By default 6 times the p90.")] = None,
    seed: Annotated[int, typer.Option(help="Of the arrivals.")] = 0,
) -> None:
    with refusals():
        plan = Plan(config, chosen(faults), share, rps, budget_ms, seed)
        result, rows = asyncio.run(run(plan))
    plot(rows, record.RESULTS / "chaos.png")
    record.write("chaos", result, config=config[0], raw=rows)


def chosen(names: str) -> list:
    """The faults of those names, in their order; all without names. Raises Misconfigured."""
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    if unknown := [name for name in wanted if name not in BY_NAME]:
        raise Misconfigured(f"--faults: there is no {unknown[0]!r}; there are {', '.join(BY_NAME)}")
    return [fault for fault in FAULTS if not wanted or fault.name in wanted]


if __name__ == "__main__":
    app()
