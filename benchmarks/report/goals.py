"""The goals that the results are held against, and by how much each is met or missed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from benchmarks.lib.results import Results, lookup, numbers


class Outcome(StrEnum):
    MET = "met"
    MISSED = "missed"
    UNMEASURED = "not measured"


@dataclass(frozen=True)
class Goal:
    """`key` is a path in the result of `benchmark`; `at_least` says which side of `target` is good."""

    what: str
    benchmark: str
    key: str
    target: float
    at_least: bool = True


@dataclass(frozen=True)
class Verdict:
    """`measured`: what the key holds, one number or several by name, of which the worst counts.

    `margin`: how far the worst number is on the good side of the target, as a share of it; negative when missed. None
    for a target of 0.
    """

    goal: Goal
    outcome: Outcome
    measured: Mapping[str, float]
    worst: float | None = None
    margin: float | None = None


GOALS: Final = (
    Goal("scorer, shipped model: share of the ideal offline loop at saturation", "scorer", "real.ratio_to_ideal", 0.90),
    Goal(
        "scorer, device model: share of the ideal offline loop at saturation",
        "scorer", "device_model.ratio_to_ideal", 0.90,
    ),
    Goal(
        "scorer, device model: copies/s at saturation over `@serve.batch`",
        "scorer", "device_model.ratio_to_serve_batch", 2.0,
    ),
    Goal("graph over bare vLLM at saturation", "engine", "ratio_to_engine", 0.95),
    Goal("CPU a request in stock echoes, all deployments", "tax", "cpu_to_echo_deployments", 3.5, at_least=False),
    Goal(
        "CPU a request in stock echoes, inline except the generator", "tax", "cpu_to_echo_inline", 3.0, at_least=False,
    ),
    Goal(
        "requests/s of one ingress replica over the echo's, inline except the generator",
        "tax", "rps_to_echo_inline", 0.27,
    ),
    Goal("p50, one caller, in stock echoes, all deployments", "tax", "p50_to_echo_deployments", 3.5, at_least=False),
    Goal("CPU of the graph's own code a request, ms", "tax", "own_cpu_ms_per_request", 6, at_least=False),
    Goal("prefix cache: share of prompt tokens reused at 4 categories x 2", "prefix", "hit_share", 0.70),
    Goal("replicas 1 to 4 on fakes: share of linear", "scale", "efficiency_4x", 0.90),
    Goal(
        "autoscaling: late requests over the stock policy's", "autoscale", "late_ratio_to_stock", 0.33, at_least=False,
    ),
    Goal("autoscaling: replica-seconds over them", "autoscale", "replica_seconds_ratio", 1.05, at_least=False),
    Goal("autoscaling: flaps", "autoscale", "flaps", 0, at_least=False),
    Goal("autoscaling: lost requests", "autoscale", "lost", 0, at_least=False),
    Goal("simulation: a day on 1,000 GPUs, seconds", "simulate", "seconds", 60, at_least=False),
    Goal("simulation: largest error against a real run", "simulate", "error_to_real_run", 0.10, at_least=False),
    Goal(
        "ladder: items that lose their fit copy at twice the capacity", "ladder", "fit_lost_at_twice", 0.05,
        at_least=False,
    ),
    Goal("overload: goodput at 4 times the knee, of that at the knee", "overload", "goodput_ratio_4x", 0.90),
    Goal("overload: goodput at 8 times the knee, of that at the knee", "overload", "goodput_ratio_8x", 0.80),
    Goal(
        "overload: goodput at the knee over that without the gate", "overload", "goodput_at_knee_over_no_gate", 1.0,
    ),
    Goal("overload: REALTIME let in and answered in time at 4 times the knee", "overload", "realtime_ok_4x", 0.994),
    Goal("overload: late, of what was let in", "overload", "late_share", 0.001, at_least=False),
    Goal("overload: refused at half the knee", "overload", "refused_share_0.5x", 0.001, at_least=False),
    Goal("copy checks: bad copies that are blocked", "policy", "recall", 0.97),
    Goal("copy checks: clean copies that are blocked", "policy", "false_blocks", 0.03, at_least=False),
    Goal("copy checks: 8 candidates, p50 in ms on one core", "policy", "p50_ms", 10, at_least=False),
    Goal("chaos: lost requests", "chaos", "lost", 0, at_least=False),
    Goal("chaos: wrong answers", "chaos", "wrong", 0, at_least=False),
    Goal("chaos: internal errors", "chaos", "internal", 0, at_least=False),
    Goal("chaos: processes left behind", "chaos", "orphans", 0, at_least=False),
    Goal("bulk: items/s over the online graph", "bulk", "bulk_vs_online", 1.3),
    Goal("bulk: items lost by kills", "bulk", "lost", 0, at_least=False),
    Goal("bulk: items answered twice", "bulk", "duplicated", 0, at_least=False),
    Goal("bulk: kills", "bulk", "kills", 20),
    Goal("cluster: lost requests", "cluster", "lost", 0, at_least=False),
    Goal("cluster: misplaced replicas", "cluster", "misplaced", 0, at_least=False),
    Goal("soak: growth of memory in a quarter of an hour, %", "soak", "rss_growth_pct", 3.0, at_least=False),
    Goal("soak: late, of what was not refused", "soak", "late_share", 0.001, at_least=False),
    Goal("soak: processes left behind", "soak", "orphans", 0, at_least=False),
    Goal("fuzz: internal errors", "fuzz", "internal", 0, at_least=False),
    Goal("fuzz: leaks", "fuzz", "leaks", 0, at_least=False),
    Goal("fuzz: processes that died", "fuzz", "crashes", 0, at_least=False),
    Goal("fuzz: hangs", "fuzz", "hangs", 0, at_least=False),
    Goal("overload: refused at the knee", "overload", "refused_share_1x", 0.001, at_least=False),
)  # fmt: skip


def judge(goal: Goal, results: Results) -> Verdict:
    measured = numbers(lookup(results.get(goal.benchmark, {}), goal.key))
    if not measured:
        return Verdict(goal, Outcome.UNMEASURED, {})
    worst = min(measured.values()) if goal.at_least else max(measured.values())
    distance = worst - goal.target if goal.at_least else goal.target - worst
    outcome = Outcome.MET if distance >= 0 else Outcome.MISSED
    return Verdict(goal, outcome, measured, worst, distance / goal.target if goal.target else None)
