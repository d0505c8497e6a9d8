"""A day of traffic on a fleet of GPUs, simulated: the graph's real policy against the rule of Serve's stock policy.

The traffic is synthetic: a diurnal curve, two campaigns that the operator has planned and two that he has not, items by
Zipf's law whose captions are cached. The stages' rates are measured where a result has them, else assumed, and the
result says which. The simulation is checked against the real arms of `make bench-autoscale`.
"""

from __future__ import annotations

import time
from typing import Annotated, Any, Final

import numpy as np
import typer

from benchmarks.lib import record
from benchmarks.lib.results import raw_rows, read
from benchmarks.simulate import check, day
from benchmarks.simulate.fleet import Fleet, Rate, fleet, rates
from benchmarks.simulate.fluid import Arrivals, Outcome, simulate
from benchmarks.simulate.plot import plot
from benchmarks.simulate.policies import Delays, GraphPolicy, Policy, StockPolicy
from serve_app.autoscaling.policy import Forecast

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
SLO_S: Final = 4.0
BUDGET_S: Final = 8.0
_DELAYS: Final = Delays(10.0, 300.0)
_SIZES: Final = (3, 10, 30, 100, 300, 1000)
_TICK_S: Final = 1.0
_MINUTE: Final = 60


@app.command(help=__doc__)
def run(
    gpus: Annotated[
        int, typer.Option(min=3, max=1000, help="The largest fleet; each of the three stages has one at least.")
    ] = 1000,
    start_s: Annotated[float, typer.Option(min=0, max=3600, help="From a decision to an engine that serves.")] = 180.0,
    gpu_price: Annotated[float, typer.Option(min=0, help="Of a GPU hour, for the cost.")] = 2.5,
    sweep: Annotated[bool, typer.Option(help="Smaller fleets, too.")] = True,
    seed: Annotated[int, typer.Option(help="Of the arrivals.")] = 0,
) -> None:
    results = read(record.RESULTS)
    measured = rates(results)
    sizes = [size for size in _SIZES if size < gpus] if sweep else []
    fleets = [on(size, measured, start_s, gpu_price, seed)[0] for size in sizes]
    began = time.perf_counter()
    largest, over_day = on(gpus, measured, start_s, gpu_price, seed)
    seconds = time.perf_counter() - began
    base_rps = results.get("autoscale", {}).get("base_rps", 1.0)
    checked = check.compare(raw_rows(record.RESULTS, "autoscale"), base_rps)
    result = {
        "slo_attainment": largest["graph"]["slo_attainment"],
        "gpu_hours_ratio_to_stock": largest["gpu_hours_ratio_to_stock"],
        "seconds": round(seconds, 1),
        "error_to_real_run": checked["error"],
        "stock_slo_attainment": largest["stock"]["slo_attainment"],
        "gpus": gpus,
        "slo_s": SLO_S, "budget_s": BUDGET_S, "start_s": start_s, "gpu_price": gpu_price,
        "rates": {name: {"per_s": round(rate.per_s, 1), "origin": rate.origin} for name, rate in measured.items()},
        "fleets": [*fleets, largest],
        "check": checked,
        "day": over_day,
    }  # fmt: skip
    plot(result, record.RESULTS / "simulate.png")
    record.write("simulate", result)


def on(
    gpus: int, measured: dict[str, Rate], start_s: float, price: float, seed: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A day on so many GPUs under both policies: figures, and the GPUs by the minute."""
    popularity = day.Popularity()
    hits = popularity.hit_share()
    highest = day.highest()
    built = fleet(gpus, measured, hits, start_s, highest)
    arrivals = day.arrivals(built.peak_rps, _TICK_S, popularity, seed=seed)
    plan = day.plan(built.peak_rps)
    policies: dict[str, Policy] = {
        "graph": GraphPolicy(built.models, _DELAYS, Forecast(lead_s=start_s, plan=plan)),
        "stock": StockPolicy(_DELAYS),
    }
    first = built.running(float(arrivals.requests[:_MINUTE].mean()), hits)
    outcomes = {
        name: simulate(built.models, arrivals, policy, slo_s=SLO_S, budget_s=BUDGET_S, running=first)
        for name, policy in policies.items()
    }
    figures = {name: _figures(outcome, built, price) for name, outcome in outcomes.items()}
    ratio = figures["graph"]["gpu_hours"] / figures["stock"]["gpu_hours"]
    return (
        {
            "gpus": gpus, "peak_rps": round(built.peak_rps, 1), "cached": round(hits, 3),
            "gpu_hours_ratio_to_stock": round(ratio, 3), **figures,
        },
        _by_the_minute(arrivals, built, outcomes),
    )  # fmt: skip


def _figures(outcome: Outcome, built: Fleet, price: float) -> dict[str, Any]:
    hours = float(outcome.replica_seconds() @ [model.gpus for model in built.models]) / 3600
    return {
        "slo_attainment": round(outcome.attainment, 5),
        "shed_share": round(float(outcome.shed.sum() / outcome.arrivals.requests.sum()), 5),
        "gpu_hours": round(hours, 1),
        "cost": round(hours * price, 1),
        "flaps": outcome.flaps(_DELAYS.down_s),
    }


def _by_the_minute(arrivals: Arrivals, built: Fleet, outcomes: dict[str, Outcome]) -> dict[str, Any]:
    step = round(_MINUTE / arrivals.dt)
    each = [model.gpus for model in built.models]
    return {
        "minute": list(range(0, len(arrivals.requests) // step, 2)),
        "rps": np.round(arrivals.requests.reshape(-1, step).sum(1) / _MINUTE, 1)[::2].tolist(),
        **{name: np.round((o.present @ each)[:: 2 * step], 1).tolist() for name, o in outcomes.items()},
    }


if __name__ == "__main__":
    app()
