"""The metrics of the flow, by stage.

Everything is recorded where the flow is composed, from what the stages say of themselves in every answer. Stages that
answer nothing (a lost replica) are counted by their handle.
"""

from __future__ import annotations

from typing import Protocol

from deployments.errors import PushGenError
from deployments.types import Decision, Stage, StageTiming


class Metrics(Protocol):
    """Counters of the flow. `NoMetrics` counts nothing, for tests and bulk jobs outside Serve."""

    def request(self, rpc: str, outcome: str, wall_ms: float) -> None: ...
    def decided(self, decision: Decision) -> None: ...
    def timed(self, timing: StageTiming) -> None: ...
    def stage_answered(self, stage: Stage) -> None: ...
    def stage_failed(self, stage: Stage, error: PushGenError) -> None: ...
    def retried(self, stage: Stage) -> None: ...
    def stopped_early(self, spared: int) -> None: ...
    def in_flight(self, count: int) -> None: ...


class NoMetrics:
    def request(self, rpc: str, outcome: str, wall_ms: float) -> None:
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

    def stopped_early(self, spared: int) -> None:
        """Count nothing."""

    def in_flight(self, count: int) -> None:
        """Count nothing."""
