"""What a simulation cannot know of the machine of a real run, read off its rows."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from benchmarks.autoscale.arms import FAKES

Rows = Sequence[dict[str, Any]]
# Where nothing was seen to start, or to stop: no error comes of these then.
_START_S: Final = 3.0
_STOP_S: Final = 2.0
# So many times the places of a replica are in the graph while nothing but that replica decides what leaves it.
_MANY: Final = 4


@dataclass(frozen=True)
class Machine:
    """start_s: of a replica that starts alone. starts_at_once: more share the cores, so that each takes longer.

    stop_s: how long a replica that is stopped is still there. overhead_s: of a request beside its stages' waits.
    refill_s: how long a place stays empty while calls wait for it (`StageModel`).
    """

    start_s: float = _START_S
    starts_at_once: float = 1.0
    stop_s: float = _STOP_S
    overhead_s: float = 0.0
    refill_s: float = 0.0


def read(arms: Mapping[str, Rows]) -> dict[str, Machine]:
    """By arm: how busy the cores are beside the starts is another thing in each. An arm needs a request.

    `refill_s` is of all together: few moments of an arm show it, and it does not depend on the policy.
    """
    refill_s = round(_refill_s(list(arms.values())), 3)
    return {arm: _read(rows, refill_s) for arm, rows in arms.items()}


def _read(rows: Rows, refill_s: float) -> Machine:
    starts, stops = list(_changes(rows, "running", 1)), list(_changes(rows, "present", -1))
    lasted = sorted(end_s - begin_s for begin_s, end_s in starts)
    start_s = lasted[len(lasted) // 10] if lasted else _START_S
    at_once = start_s * len(lasted) / _covered_s(starts) if lasted else 1.0
    waits_s = sum(fake.wait_ms for fake in FAKES) / 1000
    latencies = [row["latency_ms"] / 1000 for row in rows if "outcome" in row]
    return Machine(
        start_s=round(start_s, 2),
        starts_at_once=round(max(1.0, at_once), 2),
        stop_s=round(statistics.median(end_s - begin_s for begin_s, end_s in stops) if stops else _STOP_S, 2),
        overhead_s=round(max(0.0, float(np.quantile(latencies, 0.1)) - waits_s), 3),
        refill_s=refill_s,
    )


def _refill_s(arms: Sequence[Rows]) -> float:
    """From what a single replica of the slowest stage did while many were waiting; 0 where none ever were."""
    slowest = max(FAKES, key=lambda fake: fake.wait_ms / fake.places)
    done = lasted_s = 0.0
    for rows in arms:
        came = np.array([row["at_s"] for row in rows if "outcome" in row])
        went = came + np.array([row["latency_ms"] / 1000 for row in rows if "outcome" in row])
        for before, after in itertools.pairwise(row for row in rows if row.get("deployment") == slowest.deployment):
            begin_s, end_s = before["at_s"], after["at_s"]
            through = (came <= begin_s) & (went > end_s)
            if before["running"] == after["running"] == 1 and through.sum() >= _MANY * slowest.places:
                done += float(((went > begin_s) & (went <= end_s)).sum())
                lasted_s += end_s - begin_s
    return max(0.0, slowest.places * lasted_s / done - slowest.wait_ms / 1000) if done else 0.0


def _changes(rows: Rows, key: str, sign: int) -> Iterator[tuple[float, float]]:
    """Of each replica that was added (1) or taken away (-1), when that was asked for and when `key` showed it.

    Each is between two looks. The first that was asked for is the first that came.
    """
    for fake in FAKES:
        seen = [row for row in rows if row.get("deployment") == fake.deployment]
        asked, came = (list(_moments(seen, name, sign)) for name in ("target", key))
        yield from ((begin_s, end_s) for begin_s, end_s in zip(asked, came, strict=False) if end_s > begin_s)


def _moments(seen: Rows, key: str, sign: int) -> Iterator[float]:
    for before, after in itertools.pairwise(seen):
        for _ in range(max(0, sign * (after[key] - before[key]))):
            yield (before["at_s"] + after["at_s"]) / 2


def _covered_s(spans: Sequence[tuple[float, float]]) -> float:
    """For how long any of them lasted."""
    covered, until = 0.0, 0.0
    for begin_s, end_s in sorted(spans):
        covered += max(0.0, end_s - max(begin_s, until))
        until = max(until, end_s)
    return covered
