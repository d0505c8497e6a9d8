"""Statistics of a run of load: percentiles, goodput within the SLO, the knee, and the next rate to try."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.lib.open_loop import Outcome, Run, Sample

# The share of the requests that must be answered in full within the SLO for a rate to count as sustained.
SUSTAINED_SHARE: Final = 0.95
# The knee is known well enough once the lowest rate that fails is at most that much above it.
_CLOSE_ENOUGH: Final = 1.1
# Latency is the time to an answer, or the timeout. What was refused or broke took no such time, and is counted instead.
_HAVE_LATENCY: Final = (Outcome.OK, Outcome.TIMEOUT, Outcome.UNSENT)


def percentile(values: Sequence[float], q: float) -> float:
    """The smallest value that at least `q` (0 to 1) of the values do not exceed (nearest rank); nan of none."""
    if not values:
        return math.nan
    return sorted(values)[max(0, math.ceil(q * len(values) - 1e-9) - 1)]


def is_good(sample: Sample, slo_ms: float) -> bool:
    """Answered in full, and within the SLO. A degraded decision is an answer, but not the work that was asked for."""
    return sample.reply.outcome is Outcome.OK and not sample.reply.degraded and sample.latency_ms <= slo_ms


@dataclass(frozen=True)
class Point:
    """One offered rate and what came of it. `row` is what is written; rates in requests/s, times in ms."""

    rate: float
    good_share: float
    stopped: str
    row: dict[str, Any]

    @property
    def sustained(self) -> bool:
        return not self.stopped and self.good_share >= SUSTAINED_SHARE


def point(run: Run, rate: float, slo_ms: float) -> Point:
    """The measured part of a run."""
    samples = run.measured
    count, window = len(samples), run.window_s
    good = sum(is_good(s, slo_ms) for s in samples)
    outcomes = Counter(s.reply.outcome for s in samples)
    share = good / count if count else 0.0
    row = {
        "offered_rps": rate,
        "due_rps": _per(count, window),
        "ok_rps": _per(outcomes[Outcome.OK], window),
        "goodput_rps": _per(good, window),
        "good_share": round(share, 4),
        "requests": count,
        **latency(samples),
        **{o.value: outcomes[o] for o in Outcome},
        "degraded": sum(s.reply.degraded for s in samples),
        "codes": dict(Counter(s.reply.code for s in samples if s.reply.code)),
        "send_lag_p50_ms": _ms(percentile([s.lag_ms for s in samples], 0.5)),
        "send_lag_p99_ms": _ms(percentile([s.lag_ms for s in samples], 0.99)),
        "stages": stages(samples),
        "stopped": run.stopped,
    }
    return Point(rate, share, run.stopped, row)


def latency(samples: Sequence[Sample]) -> dict[str, float | None]:
    """p50, p90 and p99 in ms; timeouts at the timeout."""
    latencies = [s.latency_ms for s in samples if s.reply.outcome in _HAVE_LATENCY]
    return {f"p{int(100 * q)}_ms": _ms(percentile(latencies, q)) for q in (0.5, 0.9, 0.99)}


def ok_rps(run: Run) -> float:
    """Answers a second of a closed loop, from the end of its warm-up to its last answer."""
    answered = [s for s in run.samples if s.reply.outcome is Outcome.OK and s.done_s >= run.warm_up_s]
    return len(answered) / run.window_s if run.window_s else 0.0


def failures(run: Run) -> int:
    return sum(s.reply.outcome is not Outcome.OK for s in run.samples)


def stages(samples: Sequence[Sample]) -> dict[str, dict[str, float]]:
    """By stage, in the order of the flow: median wall-clock time, mean queue and compute time of a request, in ms.

    Queue and compute are what the stage says of itself; the rest of the wall-clock time is the way there and back.
    """
    names = dict.fromkeys(name for s in samples for name in s.reply.stages)
    by_stage = {}
    for name in names:
        rows = [s.reply.stages[name] for s in samples if name in s.reply.stages]
        by_stage[name] = {
            "wall_p50_ms": round(statistics.median(r.wall for r in rows), 2),
            "queue_ms": round(statistics.fmean(r.queue for r in rows), 2),
            "compute_ms": round(statistics.fmean(r.compute for r in rows), 2),
        }
    return by_stage


def knee(points: Sequence[Point]) -> Point | None:
    """The highest rate that is sustained, as is every lower one that was tried; None when the lowest is not."""
    highest = None
    for tried in sorted(points, key=lambda p: p.rate):
        if not tried.sustained:
            break
        highest = tried
    return highest


def next_rate(points: Sequence[Point], start: float, highest: float) -> float | None:
    """The rate to try next: doubling (or halving) until the knee is enclosed, then the geometric mean of its bounds.

    None once it is enclosed closely, or when it lies beyond `highest` or below a sixteenth of `start`.
    """
    if not points:
        return min(start, highest)
    best = knee(points)
    failed = [p.rate for p in points if best is None or p.rate > best.rate]
    if best is None:
        lower = min(failed) / 2
        return lower if lower >= start / 16 else None
    if not failed:
        return min(2 * best.rate, highest) if best.rate < highest else None
    return math.sqrt(best.rate * min(failed)) if min(failed) / best.rate > _CLOSE_ENOUGH else None


async def find_knee(offer: Callable[[float], Awaitable[Point]], start: float, highest: float = 1000.0) -> float | None:
    """Offer rates, from `start` on, until the knee is known; None when no rate is sustained."""
    points: list[Point] = []
    while (rate := next_rate(points, start, highest)) is not None:
        points.append(await offer(rate))
    best = knee(points)
    return None if best is None else best.rate


def raw_rows(run: Run, **tags: Any) -> Iterator[dict[str, Any]]:
    """One row a request, for the raw file: times in seconds since the run began, stage times in ms."""
    for s in run.samples:
        yield {
            **tags,
            "index": s.index,
            "warm_up": s.intended_s < run.warm_up_s,
            "intended_s": round(s.intended_s, 5),
            "sent_s": round(s.sent_s, 5),
            "done_s": round(s.done_s, 5),
            "latency_ms": round(s.latency_ms, 2),
            "outcome": s.reply.outcome.value,
            "code": s.reply.code,
            "degraded": s.reply.degraded,
            **{
                f"{name}_{part}_ms": round(value, 2)
                for name, stage in s.reply.stages.items()
                for part, value in stage._asdict().items()
            },
        }


def _per(count: int, window_s: float) -> float:
    return round(count / window_s, 3) if window_s else 0.0


def _ms(value: float) -> float | None:
    """JSON has no nan."""
    return None if math.isnan(value) else round(value, 2)
