"""The simulation against a real run: the arms of `benchmarks.autoscale`, the same arrivals, stages and policies."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np

from benchmarks.autoscale.arms import DOWN_S, FAKES, FLOOR_S, LEAD_S, TARGET, UP_S
from benchmarks.autoscale.load import LASTS_S
from benchmarks.autoscale.result import SLO_MS, is_good, seconds
from benchmarks.simulate.fluid import Arrivals, simulate
from benchmarks.simulate.policies import Delays, GraphPolicy, Policy, StagesPolicy, StockPolicy
from benchmarks.simulate.stage import StageModel
from serve_app.autoscaling.policy import Forecast

Rows = Sequence[dict[str, Any]]
_DT: Final = 0.05
_DELAYS: Final = Delays(UP_S, DOWN_S)
_POLICIES: Final[dict[str, Callable[[Sequence[StageModel]], Policy]]] = {
    "stock": lambda _: StockPolicy(_DELAYS),
    "stages": lambda models: StagesPolicy(models, _DELAYS),
    "graph": lambda models: GraphPolicy(models, _DELAYS, Forecast(floor_s=FLOOR_S, lead_s=LEAD_S)),
}


def compare(rows: Rows) -> dict[str, Any]:
    """By arm, attainment and replica-seconds, real and simulated; `error`: the largest of all, as a share of the real.

    What is read off the real run is what a simulation cannot know: how long a replica takes to start and to stop, and
    what a request costs beside its stages' waits.
    """
    own = {arm: found for arm in _POLICIES if (found := [row for row in rows if row["arm"] == arm])}
    if not own:
        return {"error": None, "arms": {}}
    # A start is the machine's and not the policy's. Serve's status lags behind: where it shows a replica wanted and
    # running at once, its start was not seen.
    start_s, stop_s = (
        max(_typical(_delays(_replicas(rows), key, sign)) for rows in own.values())
        for key, sign in (("running", 1), ("present", -1))
    )
    arms = {arm: _arm(arm, rows, start_s, stop_s) for arm, rows in own.items()}
    errors = [abs(arm["simulated"][name] / arm["real"][name] - 1) for arm in arms.values() for name in arm["real"]]
    return {"error": round(max(errors), 4), "arms": arms}


def _replicas(rows: Rows) -> dict[str, list[dict[str, Any]]]:
    return {fake.deployment: [row for row in rows if row.get("deployment") == fake.deployment] for fake in FAKES}


def _arm(arm: str, rows: Rows, start_s: float, stop_s: float) -> dict[str, Any]:
    requests = [row for row in rows if "outcome" in row]
    seen = _replicas(rows)
    waits_s = sum(fake.wait_ms for fake in FAKES) / 1000
    overhead_s = max(0.0, float(np.quantile([row["latency_ms"] for row in requests], 0.1)) / 1000 - waits_s)
    models = [
        StageModel(f.deployment, f.places, f.wait_ms / 1000, TARGET * f.places, 1, f.most, start_s, stop_s)
        for f in FAKES
    ]
    counts = np.histogram([row["at_s"] for row in requests], round(LASTS_S / _DT), (0, LASTS_S))[0].astype(np.float64)
    arrivals = Arrivals(_DT, counts, np.zeros_like(counts))
    outcome = simulate(models, arrivals, _POLICIES[arm](models), slo_s=SLO_MS / 1000, overhead_s=overhead_s)
    good = sum(map(is_good, requests))
    return {
        "real": {
            "attainment": good / len(requests), "replica_seconds": sum(seconds(s, "present") for s in seen.values()),
        },
        "simulated": {
            "attainment": outcome.attainment, "replica_seconds": float(outcome.replica_seconds().sum()),
        },
        "start_s": start_s, "stop_s": stop_s, "overhead_s": round(overhead_s, 3),
    }  # fmt: skip


def _delays(seen: dict[str, list[dict[str, Any]]], key: str, sign: int) -> Iterator[float]:
    """How long after a change of the target in this direction `key` had reached it."""
    for rows in seen.values():
        for at, (before, after) in enumerate(itertools.pairwise(rows)):
            if sign * (after["target"] - before["target"]) <= 0:
                continue
            target = after["target"]
            changed = next((n for n, row in enumerate(rows) if n > at and row["target"] != target), len(rows))
            reached = next((row for row in rows[at + 1 : changed] if sign * (row[key] - target) >= 0), None)
            if reached is not None:
                yield reached["at_s"] - after["at_s"]


def _typical(delays: Iterator[float]) -> float:
    values = list(delays)
    return round(statistics.median(values), 2) if values else 3.0
