"""The record of one request, stage by stage: timings, revisions, degradations."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from deployments.types import Degradation, Stage, StageRevision, StageTiming, Usage


class Ledger:
    """Collects while the pipeline runs; read once, into the Decision."""

    def __init__(self) -> None:
        self._wall_ms: dict[Stage, float] = {}
        self._running: Counter[Stage] = Counter()
        self._began: dict[Stage, float] = {}
        self._usage: dict[Stage, Usage] = {}
        self._revisions: dict[Stage, StageRevision] = {}
        self._degradations: dict[Degradation, None] = {}

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[None]:
        """Measure the wall-clock time of the body; several bodies of one stage add up, and count once where they
        overlap."""
        if not self._running[stage]:
            self._began[stage] = time.perf_counter()
        self._running[stage] += 1
        try:
            yield
        finally:
            self._running[stage] -= 1
            if not self._running[stage]:
                spent = (time.perf_counter() - self._began[stage]) * 1000
                self._wall_ms[stage] = self._wall_ms.get(stage, 0.0) + spent

    def used(self, stage: Stage, usage: Usage, revision: StageRevision | None = None, *, in_turn: bool = False) -> None:
        """Note what the stage says a piece of work cost.

        Tokens and hits add up, and of batch sizes the largest is the stage's. Of times too where its pieces run side by
        side; where they run one after the other, `in_turn`, they add up.
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

    def degraded(self, degradation: Degradation) -> None:
        self._degradations[degradation] = None

    @property
    def timings(self) -> tuple[StageTiming, ...]:
        """In the order of the flow. A stage that says nothing of itself ran here, without waiting: all its time is
        compute."""
        return tuple(
            StageTiming(stage=stage, wall_ms=wall_ms, **self._usage.get(stage, Usage(compute_ms=wall_ms)).model_dump())
            for stage in Stage
            if (wall_ms := self._wall_ms.get(stage)) is not None
        )

    @property
    def revisions(self) -> tuple[StageRevision, ...]:
        return tuple(self._revisions.values())

    @property
    def degradations(self) -> tuple[Degradation, ...]:
        return tuple(self._degradations)
