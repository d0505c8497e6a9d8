"""What a vLLM engine says about itself, read by the names that its statistics have in versions 0.26 to 0.32."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from deployments.readings import Reading, reading


@dataclass
class EngineStats:
    """The last figures of one engine, and totals since its start.

    What a version does not have stays 0: an error in `record` would end the engine's output.
    """

    running: int = 0
    waiting: int = 0
    kv_cache_usage: float = 0.0
    preemptions: int = 0

    def record(self, scheduler_stats: Any, iteration_stats: Any) -> None:
        """Take what vLLM says after a step."""
        if scheduler_stats is not None:
            self.running = getattr(scheduler_stats, "num_running_reqs", 0)
            self.waiting = getattr(scheduler_stats, "num_waiting_reqs", 0) + getattr(
                scheduler_stats, "num_skipped_waiting_reqs", 0
            )
            self.kv_cache_usage = getattr(scheduler_stats, "kv_cache_usage", 0.0)
        self.preemptions += getattr(iteration_stats, "num_preempted_reqs", 0)

    def readings(self) -> Iterator[Reading]:
        yield reading("engine_requests", self.running, state="running")
        yield reading("engine_requests", self.waiting, state="waiting")
        yield reading("engine_kv_cache_usage", self.kv_cache_usage)
        yield reading("engine_preemptions_total", self.preemptions)
