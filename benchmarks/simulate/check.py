"""The simulation against a real run: the arms of `benchmarks.autoscale`, the same arrivals, stages and policies.

What was simulated becomes rows as the benchmark writes them, and the benchmark's own functions count both.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np

from benchmarks.autoscale.arms import BUDGET_MS, DOWN_S, FAKES, FLOOR_S, LEAD_S, TARGET, UP_S
from benchmarks.autoscale.load import LASTS_S
from benchmarks.autoscale.result import SLO_MS, figures
from benchmarks.lib.open_loop import Outcome as Fate
from benchmarks.simulate.fluid import Arrivals, Outcome, simulate
from benchmarks.simulate.machine import Machine, read
from benchmarks.simulate.policies import Delays, GraphPolicy, Policy, StagesPolicy, StockPolicy
from benchmarks.simulate.stage import StageModel
from serve_app.autoscaling.policy import Forecast

Rows = Sequence[dict[str, Any]]
_DT: Final = 0.05
_LOOK_S: Final = 1.0
_PHASES: Final = 10
_DELAYS: Final = Delays(UP_S, DOWN_S)
_POLICIES: Final[dict[str, Callable[[Sequence[StageModel]], Policy]]] = {
    "stock": lambda _: StockPolicy(_DELAYS),
    "stages": lambda models: StagesPolicy(models, _DELAYS),
    "graph": lambda models: GraphPolicy(models, _DELAYS, Forecast(floor_s=FLOOR_S, lead_s=LEAD_S)),
}
# A replica of the generator does 3.4 calls a second while others wait, and not the 4.4 that its places allow, in a
# closed loop too; two do 7.0. Shorter pauses of Serve's router (0.05 s for 0.5) changed nothing. The cause is unknown.
_REFILLED: Final = frozenset({"Generator"})
# Of what is smaller than this, a difference is no larger an error than of this: below it one request, or one look of
# the watch, would decide. Late: a share of the requests. Seconds to scale: ten looks.
_LEAST_LATE: Final = 0.05
_LEAST_TO_SCALE_S: Final = 10 * _LOOK_S


def compare(rows: Rows, base_rps: float) -> dict[str, Any]:
    """By arm what a user cares for, real and simulated; `error`: the largest of all, as a share of the real.

    Nobody chooses when the first report to the controller comes, and the stock policy has one each ten seconds. So the
    simulation is the mean over moments of it, and `spread` how far these moments take it from that mean. base_rps: of
    the load.
    """
    measured = {row["arm"] for row in rows if "outcome" in row}
    own = {arm: [row for row in rows if row["arm"] == arm] for arm in _POLICIES if arm in measured}
    if not own:
        return {"error": None, "arms": {}}
    arms = {arm: _arm(arm, own[arm], machine, base_rps) for arm, machine in read(own).items()}
    return {"error": max(error for arm in arms.values() for error in arm["errors"].values()), "arms": arms}


def errors(real: Mapping[str, Any], simulated: Mapping[str, Any], requests: int) -> dict[str, float]:
    """Of each figure the difference, as a share of the real one; 1 where only one of both has it."""
    least = {"late": _LEAST_LATE * requests, "time_to_scale_s": _LEAST_TO_SCALE_S}
    found = {}
    for name, value in real.items():
        other = simulated[name]
        if value is None or other is None:
            found[name] = float(value is not other)
        else:
            found[name] = round(abs(other - value) / max(value, least.get(name, 0.0), 1e-9), 4)
    return found


def _arm(arm: str, rows: Rows, machine: Machine, base_rps: float) -> dict[str, Any]:
    requests = [row for row in rows if "outcome" in row]
    counts = np.histogram([row["at_s"] for row in requests], round(LASTS_S / _DT), (0, LASTS_S))[0].astype(np.float64)
    models = [
        StageModel(
            f.deployment, f.places, f.wait_ms / 1000, TARGET * f.places, 1, f.most, machine.start_s, machine.stop_s,
            refill_s=machine.refill_s if f.deployment in _REFILLED else 0.0,
        )
        for f in FAKES
    ]  # fmt: skip
    runs = []
    for phase in range(_PHASES):
        policy = _POLICIES[arm](models)
        outcome = simulate(
            models, Arrivals(_DT, counts, np.zeros_like(counts)), policy, slo_s=SLO_MS / 1000,
            overhead_s=machine.overhead_s, starts_at_once=machine.starts_at_once,
            phase_s=phase / _PHASES * policy.reporting.period_s,
        )  # fmt: skip
        runs.append(_figures(_rows(arm, outcome, requests), base_rps))
    real = _figures(rows, base_rps)
    simulated = {name: _mean([run[name] for run in runs]) for name in real}
    return {
        "real": real,
        "simulated": simulated,
        "spread": {
            name: round(max(abs(run[name] - mean) for run in runs), 1)
            for name, mean in simulated.items()
            if mean is not None
        },
        "errors": errors(real, simulated, len(requests)),
        "machine": asdict(machine),
    }


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(statistics.fmean(known), 1) if len(known) == len(values) else None


def _figures(rows: Rows, base_rps: float) -> dict[str, Any]:
    found = figures(rows, base_rps)
    return {
        "late": found["late"],
        "replica_seconds": found["replica_seconds"],
        "time_to_scale_s": found["time_to_scale_s"],
        "most_replicas": sum(found["most_replicas"].values()),
    }


def _rows(arm: str, outcome: Outcome, requests: Rows) -> list[dict[str, Any]]:
    """What was simulated, as the benchmark would have seen it."""
    rows: list[dict[str, Any]] = []
    for request in requests:
        latency_s = float(outcome.latency_s[min(int(request["at_s"] / _DT), len(outcome.latency_s) - 1)])
        timely = latency_s * 1000 <= BUDGET_MS
        rows.append({
            "arm": arm, "at_s": request["at_s"], "latency_ms": 1000 * latency_s, "degraded": False,
            "outcome": Fate.OK if timely else Fate.TIMEOUT,
        })  # fmt: skip
    every = round(_LOOK_S / _DT)
    for tick in range(0, len(outcome.present), every):
        for at, fake in enumerate(FAKES):
            seen = {"present": outcome.present, "running": outcome.running, "target": outcome.targets}
            rows.append({
                "arm": arm, "at_s": tick * _DT, "deployment": fake.deployment,
                **{name: int(values[tick, at]) for name, values in seen.items()},
            })  # fmt: skip
    return rows
