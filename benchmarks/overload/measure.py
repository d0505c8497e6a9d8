"""Offer multiples of the knee to the service with its gate and without, and sum up."""

from __future__ import annotations

import asyncio
import itertools
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.lib import load_stats
from benchmarks.lib.console import console
from benchmarks.lib.load_stats import Point, is_good
from benchmarks.lib.local_app import CpuMeter, Failed, fakes, started
from benchmarks.lib.open_loop import Limits, Outcome, Poisson, Run, Sample, closed_loop, open_loop
from benchmarks.lib.targets import GrpcTarget, workload
from deployments.types import Priority
from serve_app.contract.messages import GenerateNotificationRequest
from serve_app.demo.local import LocalServe

CONFIG: Final = Path("configs/fake.yaml")
MULTIPLES: Final = (0.5, 1.0, 2.0, 4.0, 8.0)
LATE_MS: Final = 100.0
"""An answer later than the budget and this much is late: of it, the way there and back is not the service's."""
_BACKFILL_EVERY: Final = 5
_FEWEST_REQUESTS: Final = 40
_MOST_IN_FLIGHT: Final = 256
_FIRST_RPS: Final = 2.0


@dataclass(frozen=True)
class Plan:
    """The command's options."""

    generate_ms: float
    places: int
    budget_ms: int
    knee_rps: float | None
    step_s: float
    repeats: int
    seed: int


def edited(plan: Plan, *, gate: bool) -> Any:
    """An edit of the config: the waits of the fakes, the generator's places, and the gate on or off."""
    set_latency = fakes({"Captioner": 20, "CategoryRouter": 5, "Generator": plan.generate_ms, "RewardScorer": 10})
    off = {"adaptive": False, "max_waiting": 0, "max_watches": 0, "max_in_flight": _MOST_IN_FLIGHT}

    def edit(config: dict[str, Any]) -> None:
        set_latency(config)
        application = config["applications"][0]
        scaling = application["args"]["scaling"]
        scaling["generator"].update(max_ongoing_requests=plan.places, target_ongoing_requests=plan.places)
        for stage in ("captioner", "router", "generator", "reward"):
            scaling[stage]["max_queued_requests"] = _MOST_IN_FLIGHT
        application["deployments"].append(
            {"name": "Ingress", "user_config": {"admission": {} if gate else off}},
        )

    return edit


def requests_of(budget_ms: int) -> list[GenerateNotificationRequest]:
    """The demo items without pictures, every fifth request BACKFILL; all items in both priorities."""
    items = workload(time_budget_ms=budget_ms)
    requests = items * _BACKFILL_EVERY
    return [
        r.model_copy(update={"options": r.options.model_copy(update={"priority": priority_of(n)})})
        for n, r in enumerate(requests)
    ]


def priority_of(index: int) -> Priority:
    return Priority.BACKFILL if index % _BACKFILL_EVERY == _BACKFILL_EVERY - 1 else Priority.REALTIME


class Offers:
    """Rates offered to one started service."""

    def __init__(self, target: GrpcTarget, served: LocalServe, plan: Plan, arm: str) -> None:
        self._target = target
        self._plan = plan
        self._arm = arm
        self._meter = CpuMeter(served)
        self.rows: list[dict[str, Any]] = []

    async def warm_up(self) -> None:
        """One request at a time. Raises Failed when one is not answered."""
        alone = await closed_loop(self._target, 1, Limits(60.0, 60.0, max_requests=10))
        if load_stats.failures(alone):
            raise Failed("a request failed, one at a time")

    async def offer(self, rate: float, what: str, seed: int) -> tuple[Point, Run]:
        duration_s = max(self._plan.step_s, _FEWEST_REQUESTS / rate)
        timeout_s = 2 * self._plan.budget_ms / 1000 + 1
        limits = Limits(duration_s, timeout_s, warm_up_s=duration_s / 5, max_in_flight=4_000)
        self._meter.restart()
        # No stop at over-saturation: what happens beyond it is the question.
        run = await open_loop(self._target, Poisson(rate, seed), limits)
        point = load_stats.point(run, rate, self._plan.budget_ms)
        point.row.update(arm=self._arm, step=what, **self._meter.read())
        self.rows += load_stats.raw_rows(run, arm=self._arm, step=what, offered_rps=rate)
        console.print(_line(self._arm, what, point))
        await asyncio.sleep(timeout_s)  # what an overloaded step left behind
        return point, run

    async def knee(self) -> float:
        """The highest rate that is sustained. Raises Failed when none is."""
        seeds = itertools.count(self._plan.seed)

        async def offer(rate: float) -> Point:
            return (await self.offer(rate, "search", next(seeds)))[0]

        knee_rps = await load_stats.find_knee(offer, _FIRST_RPS)
        if knee_rps is None:
            raise Failed("no rate is sustained: give the requests a longer --budget-ms")
        return knee_rps


async def run(plan: Plan) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The result and the raw rows."""
    knee_rps, steps, rows = plan.knee_rps, [], []
    requests = requests_of(plan.budget_ms)
    for repeat in range(plan.repeats):
        for gate in (False, True):
            with started(CONFIG, edited(plan, gate=gate)) as served:
                async with GrpcTarget(served.address, requests) as target:
                    offers = Offers(target, served, plan, "gate" if gate else "no gate")
                    await offers.warm_up()
                    if knee_rps is None:
                        knee_rps = await offers.knee()
                    for n, multiple in enumerate(MULTIPLES):
                        seed = plan.seed + 1000 * repeat + n
                        point, offered = await offers.offer(multiple * knee_rps, f"{multiple:g}x", seed)
                        steps.append({"gate": gate, "multiple": multiple, "repeat": repeat, **point.row,
                                      **shares(offered.measured, plan.budget_ms)})  # fmt: skip
                    rows += offers.rows
    return result(plan, knee_rps or 0.0, steps), rows


def shares(samples: Sequence[Sample], budget_ms: float) -> dict[str, Any]:
    """Return the shares of requests that were refused, and of the admitted ones that were late and in time."""
    let_in = [s for s in samples if s.reply.outcome is not Outcome.SHED]
    late = [s for s in let_in if s.latency_ms > budget_ms + LATE_MS]
    by = {priority: [s for s in samples if priority_of(s.index) is priority] for priority in Priority}
    realtime = [s for s in by[Priority.REALTIME] if s in let_in]
    in_time = [s for s in realtime if s.reply.outcome is Outcome.OK and s.latency_ms <= budget_ms + LATE_MS]
    refusals = [s.latency_ms for s in samples if s.reply.outcome is Outcome.SHED]
    return {
        "let_in": len(let_in),
        "late": len(late),
        "refused_share": round(1 - len(let_in) / max(1, len(samples)), 5),
        "realtime_let_in": len(realtime),
        "realtime_in_time": len(in_time),
        "good_by_priority": {p.name: sum(is_good(s, budget_ms) for s in some) for p, some in by.items()},
        "offered_by_priority": Counter(priority_of(s.index).name for s in samples),
        "refusal_p99_ms": round(load_stats.percentile(refusals, 0.99), 1) if refusals else None,
    }


def result(plan: Plan, knee_rps: float, steps: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Medians over the repeats. A ratio is to the goodput of the same service at the knee."""
    gated, ungated = ({m: _middle(steps, gate=gate, multiple=m) for m in MULTIPLES} for gate in (True, False))
    with_gate = [s for s in steps if s["gate"]]
    at_4x = [s for s in with_gate if s["multiple"] == 4.0]
    return {
        **{f"goodput_ratio_{m:g}x": _ratio(gated, m) for m in MULTIPLES[2:]},
        "late_share": _share(with_gate, "late", "let_in"),
        "realtime_ok_4x": _share(at_4x, "realtime_in_time", "realtime_let_in"),
        "refused_share_0.5x": max(s["refused_share"] for s in with_gate if s["multiple"] == MULTIPLES[0]),
        "refused_share_1x": max(s["refused_share"] for s in with_gate if s["multiple"] == 1.0),
        "goodput_at_knee": gated[1.0],
        "goodput_at_knee_over_no_gate": round(gated[1.0] / ungated[1.0], 3) if ungated[1.0] else None,
        "without_gate": {
            **{f"goodput_ratio_{m:g}x": _ratio(ungated, m) for m in MULTIPLES[2:]},
            "goodput_at_knee": ungated[1.0],
            "late_share": _share([s for s in steps if not s["gate"]], "late", "let_in"),
        },
        "knee_rps": round(knee_rps, 3),
        "knee_given": plan.knee_rps is not None,
        "bound_rps": round(1000 * plan.places / (8 * plan.generate_ms), 2),
        "generate_ms": plan.generate_ms,
        "places": plan.places,
        "budget_ms": plan.budget_ms,
        "step_s": plan.step_s,
        "repeats": plan.repeats,
        "seed": plan.seed,
        "curve": list(steps),
    }


def _middle(steps: Sequence[dict[str, Any]], *, gate: bool, multiple: float) -> float:
    values = [s["goodput_rps"] for s in steps if s["gate"] is gate and s["multiple"] == multiple]
    return round(statistics.median(values), 3) if values else 0.0


def _ratio(goodput: dict[float, float], multiple: float) -> float | None:
    return round(goodput[multiple] / goodput[1.0], 3) if goodput[1.0] else None


def _share(steps: Sequence[dict[str, Any]], part: str, whole: str) -> float | None:
    total = sum(s[whole] for s in steps)
    return round(sum(s[part] for s in steps) / total, 5) if total else None


def _line(arm: str, what: str, point: Point) -> str:
    row = point.row
    return (
        f"{arm:>7} {what:>6} {point.rate:7.1f}/s  good {row['goodput_rps']:.1f}/s ({point.good_share:.0%})  "
        f"shed {row['shed']}  degraded {row['degraded']}  timeouts {row['timeout']}  errors {row['error']}  "
        f"p99 {row['p99_ms']} ms  busy {row['machine_busy']:.0%}  lag p99 {row['send_lag_p99_ms']} ms"
    )
