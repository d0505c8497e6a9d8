"""The metrics of the flow, by stage.

The flow records them from the usage in every answer of a stage. Calls without an answer (a lost replica) are counted by
the handle of the stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from deployments.errors import PushGenError
from deployments.types import Decision, Priority, Stage, StageTiming


class Metrics(Protocol):
    """Counters of the flow. `NoMetrics` counts nothing, for tests and bulk jobs outside Serve."""

    def request(self, rpc: str, outcome: str, wall_ms: float) -> None: ...
    def shed(self, rpc: str, reason: str) -> None: ...
    def asked(self, units: float) -> None: ...
    def whole(self, units: float, seconds: float, timings: Sequence[StageTiming]) -> None: ...
    def decided(self, decision: Decision) -> None: ...
    def timed(self, timing: StageTiming) -> None: ...
    def stage_answered(self, stage: Stage) -> None: ...
    def stage_failed(self, stage: Stage, error: PushGenError) -> None: ...
    def retried(self, stage: Stage) -> None: ...
    def stage_stopped(self, stage: Stage, stopped: bool) -> None: ...
    def stopped_early(self, spared: int) -> None: ...
    def in_flight(self, count: int) -> None: ...
    def work(self, limit: float, in_flight: float) -> None: ...
    def waiting(self, priority: Priority, count: int, oldest_ms: float) -> None: ...
    def waited(self, priority: Priority, wait_ms: float) -> None: ...
    def fetched(self, outcome: str, wall_ms: float) -> None: ...


class NoMetrics:
    """Counts nothing."""

    def request(self, rpc: str, outcome: str, wall_ms: float) -> None:
        """Count nothing."""

    def shed(self, rpc: str, reason: str) -> None:
        """Count nothing."""

    def asked(self, units: float) -> None:
        """Count nothing."""

    def whole(self, units: float, seconds: float, timings: Sequence[StageTiming]) -> None:
        """Count nothing."""

    def decided(self, decision: Decision) -> None:
        """Count nothing."""

    def timed(self, timing: StageTiming) -> None:
        """Count nothing."""

    def stage_answered(self, stage: Stage) -> None:
        """Count nothing."""

    def stage_failed(self, stage: Stage, error: PushGenError) -> None:
        """Count nothing."""

    def retried(self, stage: Stage) -> None:
        """Count nothing."""

    def stage_stopped(self, stage: Stage, stopped: bool) -> None:
        """Count nothing."""

    def stopped_early(self, spared: int) -> None:
        """Count nothing."""

    def in_flight(self, count: int) -> None:
        """Count nothing."""

    def work(self, limit: float, in_flight: float) -> None:
        """Count nothing."""

    def waiting(self, priority: Priority, count: int, oldest_ms: float) -> None:
        """Count nothing."""

    def waited(self, priority: Priority, wait_ms: float) -> None:
        """Count nothing."""

    def fetched(self, outcome: str, wall_ms: float) -> None:
        """Count nothing."""
