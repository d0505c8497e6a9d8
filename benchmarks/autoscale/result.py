"""Counts late requests, replica-seconds and flaps of each arm, from its rows. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from benchmarks.autoscale.arms import ARMS, DOWN_S, FAKES, FLOOR_S, UP_S
from benchmarks.autoscale.load import CALM_UNTIL_S, LASTS_S, STEP, TIMES
from benchmarks.lib.open_loop import Outcome

SLO_MS: Final = 3000.0
"""Twice the time that a request takes without a queue."""
Rows = Sequence[dict[str, Any]]


def result(rows: Rows, base_rps: float, seed: int) -> dict[str, Any]:
    """The graph's policy against the stock one, and each arm by itself."""
    arms = {arm: figures([row for row in rows if row["arm"] == arm], base_rps) for arm in ARMS}
    arms = {arm: each for arm, each in arms.items() if each}
    ours, stock = arms.get("graph", {}), arms.get("stock", {})
    return {
        "slo_attainment": ours.get("slo_attainment"),
        "stock_slo_attainment": stock.get("slo_attainment"),
        "late_ratio_to_stock": _ratio(ours, stock, "late"),
        "replica_seconds_ratio": _ratio(ours, stock, "replica_seconds"),
        "time_to_scale_s": ours.get("time_to_scale_s"),
        "flaps": ours.get("flaps"),
        "lost": ours.get("lost"),
        "arms": arms,
        "base_rps": base_rps,
        "seed": seed,
        "slo_ms": SLO_MS,
        "upscale_delay_s": UP_S,
        "downscale_delay_s": DOWN_S,
        "floor_s": FLOOR_S,
    }


def _ratio(ours: dict[str, Any], stock: dict[str, Any], key: str) -> float | None:
    return round(ours[key] / stock[key], 3) if ours and stock and stock[key] else None


def figures(rows: Rows, base_rps: float) -> dict[str, Any]:
    """Late: not answered in full within the SLO, whatever became of it. Lost: no answer."""
    requests = [row for row in rows if "outcome" in row]
    if not requests:
        return {}
    good = [r for r in requests if is_good(r)]
    lost = [r for r in requests if r["outcome"] not in (Outcome.OK, Outcome.SHED)]
    seen = {f.deployment: [row for row in rows if row.get("deployment") == f.deployment] for f in FAKES}
    late = {name: sum(r not in good for r in some) for name, some in _by_phase(requests).items()}
    return {
        "slo_attainment": round(len(good) / len(requests), 4),
        "requests": len(requests),
        "late": len(requests) - len(good),
        "late_by_phase": late,
        "lost": len(lost),
        "replica_seconds": round(sum(seconds(some, "present") for some in seen.values()), 1),
        "longest_gap_s": round(max((_longest_gap_s(some) for some in seen.values()), default=0.0), 1),
        "time_to_scale_s": _time_to_scale_s(seen, base_rps),
        "flaps": sum(_flaps(some) for some in seen.values()),
        "most_replicas": {name: int(max(row["target"] for row in some)) for name, some in seen.items() if some},
        "machine_busy": next((row["machine_busy"] for row in rows if "machine_busy" in row), None),
    }


def is_good(request: Mapping[str, Any]) -> bool:
    """Whether a row's request was answered in full and in time, as `load_stats.good` says of a sample."""
    whole = str(request["degraded"]) == "False"  # kept rows have it as text
    return request["outcome"] == Outcome.OK and whole and request["latency_ms"] <= SLO_MS


def _by_phase(requests: Rows) -> dict[str, Rows]:
    return {
        "step": [r for r in requests if r["at_s"] < CALM_UNTIL_S],
        "spikes": [r for r in requests if r["at_s"] >= CALM_UNTIL_S],
    }


def seconds(seen: Rows, key: str) -> float:
    """The integral of a number that was looked at now and then."""
    pairs = itertools.pairwise(row for row in seen if row["at_s"] <= LASTS_S)
    return sum(before[key] * (after["at_s"] - before["at_s"]) for before, after in pairs)


def _longest_gap_s(seen: Rows) -> float:
    """The longest time in which nobody looked: what happened in it is not in these figures."""
    times = [row["at_s"] for row in seen]
    return max((after - before for before, after in itertools.pairwise(times)), default=0.0)


def _time_to_scale_s(seen: Mapping[str, Rows], base_rps: float) -> float | None:
    """From the step until every stage runs the replicas that its rate needs; None where one never did."""
    reached = []
    for fake in FAKES:
        needed = fake.needed(TIMES * base_rps)
        times = (r["at_s"] for r in seen[fake.deployment] if STEP[0] <= r["at_s"] < STEP[1] and r["running"] >= needed)
        reached.append(next(times, None))
    known = [at_s for at_s in reached if at_s is not None]
    return round(max(known) - STEP[0], 1) if len(known) == len(FAKES) else None


def _flaps(seen: Iterable[dict[str, Any]]) -> int:
    """Count the times that a stage grew less than `DOWN_S` after it had shrunk."""
    flaps, shrunk_s = 0, None
    for before, after in itertools.pairwise(seen):
        if after["target"] < before["target"]:
            shrunk_s = after["at_s"]
        elif after["target"] > before["target"] and shrunk_s is not None:
            flaps += after["at_s"] - shrunk_s < DOWN_S
            shrunk_s = None
    return flaps
