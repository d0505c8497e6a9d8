"""The ledger of one request: timings, revisions and degradations by stage."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from deployments.errors import DeadlineExceeded, PushGenError, StageFailed, StageUnavailable
from deployments.types import Degradation, Stage, StageRevision, StageTiming, Usage, WinCalibration

# Errors of a stage that degrade the decision instead of failing it. Bad input always reaches the caller, overload of
# every stage but the scorer.
SURVIVABLE: Final = (DeadlineExceeded, StageUnavailable, StageFailed)
_HERE = frozenset({Stage.CHECK, Stage.SELECT})


class Ledger:
    """Collects records while the pipeline runs. They are read once, into the Decision.

    allow_degradation: False when the caller wants an error rather than a degraded decision. calibration: of the win
    probabilities, as the scorer gave it last.
    """

    def __init__(self, *, allow_degradation: bool = True) -> None:
        self.allow_degradation = allow_degradation
        self.calibration = WinCalibration()
        self._wall_ms: dict[Stage, float] = {}
        self._in_flight: Counter[Stage] = Counter()
        self._began: dict[Stage, float] = {}
        self._usage: dict[Stage, Usage] = {}
        self._revisions: dict[Stage, StageRevision] = {}
        self._degradations: dict[Degradation, None] = {}
        self.cut_short = False
        """Whether a stage failed or ran out of time: more than the ladder has taken away."""

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[None]:
        """Measure the wall-clock time of the body. Several bodies of a stage add up; overlapping time counts once."""
        if not self._in_flight[stage]:
            self._began[stage] = time.perf_counter()
        self._in_flight[stage] += 1
        try:
            yield
        finally:
            self._in_flight[stage] -= 1
            if not self._in_flight[stage]:
                spent = (time.perf_counter() - self._began[stage]) * 1000
                self._wall_ms[stage] = self._wall_ms.get(stage, 0.0) + spent

    def used(self, stage: Stage, usage: Usage, revision: StageRevision | None = None, *, in_turn: bool = False) -> None:
        """Record the usage of one call.

        Sums tokens and cache hits and keeps the largest batch. Times: the maximum of parallel calls, the sum of
        sequential ones (`in_turn`).
        """
        before = self._usage.get(stage, Usage())
        both = sum if in_turn else max
        self._usage[stage] = Usage(
            queue_ms=both((before.queue_ms, usage.queue_ms)),
            compute_ms=both((before.compute_ms, usage.compute_ms)),
            prompt_tokens=before.prompt_tokens + usage.prompt_tokens,
            output_tokens=before.output_tokens + usage.output_tokens,
            cached_tokens=before.cached_tokens + usage.cached_tokens,
            batch_size=max(before.batch_size, usage.batch_size),
            cache_hits=before.cache_hits + usage.cache_hits,
        )
        if revision is not None:
            self._revisions[stage] = revision

    def degraded(self, degradation: Degradation, because: PushGenError) -> None:
        """Declare the degradation. Raises `because` where the caller allows none."""
        if not self.allow_degradation:
            raise because
        self._degradations[degradation] = None
        self.cut_short = True

    def lower(self, degradations: Iterable[Degradation]) -> None:
        """Declare what the ladder takes away from a request that allows it."""
        self._degradations |= dict.fromkeys(degradations)

    @property
    def timings(self) -> tuple[StageTiming, ...]:
        """Timings of the stages so far, in the order of the flow."""
        return tuple(self.timing(stage) for stage in Stage if stage in self._wall_ms)

    def timing(self, stage: Stage) -> StageTiming:
        """Return the timing of one stage. All time of a stage of this process is compute."""
        wall_ms = self._wall_ms.get(stage, 0.0)
        usage = self._usage.get(stage) or (Usage(compute_ms=wall_ms) if stage in _HERE else Usage())
        return StageTiming(stage=stage, wall_ms=wall_ms, **usage.model_dump())

    @property
    def revisions(self) -> tuple[StageRevision, ...]:
        return tuple(self._revisions.values())

    @property
    def degradations(self) -> tuple[Degradation, ...]:
        return tuple(self._degradations)
