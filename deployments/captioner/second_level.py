"""The second level of the caption cache: shared by replicas, it survives a restart.

Its failures are logged and counted, and the caption is computed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, Protocol

from pydantic import ValidationError

from deployments.types import CaptionResult, Usage

logger = logging.getLogger("ray.serve")

Operation = Literal["read", "write"]
Outcome = Literal["hit", "miss", "stored", "skipped", "failed"]

_THREADS = 4
"""Of reads, and as many of writes: a write that hangs delays no read."""
_MAX_WRITES = 64
"""Captions that may wait to be written; beyond it they are not stored."""
_PAUSE_S = 10.0
"""Seconds without calls after a failure: a hanging store would delay every caption by the timeout.

A failed write pauses writes alone: a full disk is still read."""

# What a failure of an operation pauses.
_PAUSES: dict[Operation, tuple[Operation, ...]] = {"read": ("read", "write"), "write": ("write",)}


class Store(Protocol):
    """Bytes by key. Blocks; raises OSError."""

    def read(self, key: str) -> tuple[bytes, float] | None:
        """Return the data and its age in seconds, or None."""

    def write(self, key: str, data: bytes) -> None: ...


class LevelMetrics(Protocol):
    def count(self, operation: Operation, outcome: Outcome) -> None: ...


class NoMetrics:
    def count(self, operation: Operation, outcome: Outcome) -> None:
        """Count nothing."""


class ServeLevelMetrics:
    def __init__(self) -> None:
        from ray.serve.metrics import Counter  # noqa: PLC0415 - only a replica needs Ray

        self._operations = Counter(
            "pushgen_caption_second_level_total",
            description="Reads and writes of the caption cache's second level by outcome.",
            tag_keys=("operation", "outcome"),  # type: ignore[arg-type]  # Ray means any length
        )

    def count(self, operation: Operation, outcome: Outcome) -> None:
        self._operations.inc(tags={"operation": operation, "outcome": outcome})


class SecondLevel:
    """Captions in a store, read and written in its own threads."""

    def __init__(
        self, store: Store, timeout_s: float, metrics: LevelMetrics, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._timeout_s = timeout_s
        self._metrics = metrics
        self._clock = clock
        self._threads: dict[Operation, ThreadPoolExecutor] = {
            operation: ThreadPoolExecutor(_THREADS, thread_name_prefix=f"second-level-{operation}")
            for operation in _PAUSES
        }
        self._writes: set[asyncio.Task[None]] = set()
        self._paused_until: dict[Operation, float] = dict.fromkeys(_PAUSES, float("-inf"))

    async def get(self, key: str, ttl_s: float) -> tuple[CaptionResult, float] | None:
        """Return the caption and its age in seconds; None if it is missing, too old, or not read in time."""
        if self._clock() < self._paused_until["read"]:
            self._metrics.count("read", "skipped")
            return None
        try:
            async with asyncio.timeout(self._timeout_s):
                stored = await asyncio.get_running_loop().run_in_executor(self._threads["read"], self._store.read, key)
            if stored is None or stored[1] >= ttl_s:
                self._metrics.count("read", "miss")
                return None
            result = CaptionResult.model_validate_json(stored[0])
        except (OSError, ValidationError) as error:  # a TimeoutError is an OSError
            self._failed("read", error)
            return None
        self._metrics.count("read", "hit")
        return result, stored[1]

    def put(self, key: str, result: CaptionResult) -> None:
        """Store a caption in the background."""
        if len(self._writes) >= _MAX_WRITES or self._clock() < self._paused_until["write"]:
            self._metrics.count("write", "skipped")
            return
        task = asyncio.create_task(self._write(key, result))
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)

    async def close(self) -> None:
        """Wait for writes in flight, each at most for its timeout."""
        self._paused_until = dict.fromkeys(_PAUSES, float("inf"))  # no further call begins
        await asyncio.gather(*self._writes, return_exceptions=True)
        for threads in self._threads.values():
            threads.shutdown(wait=False, cancel_futures=True)

    async def _write(self, key: str, result: CaptionResult) -> None:
        data = result.model_copy(update={"usage": Usage()}).model_dump_json().encode()
        try:
            async with asyncio.timeout(self._timeout_s):
                await asyncio.get_running_loop().run_in_executor(self._threads["write"], self._store.write, key, data)
        except OSError as error:
            self._failed("write", error)
            return
        self._metrics.count("write", "stored")

    def _failed(self, operation: Operation, error: Exception) -> None:
        self._metrics.count(operation, "failed")
        if isinstance(error, OSError):  # unreadable content is no failure of the store
            for paused in _PAUSES[operation]:
                self._paused_until[paused] = max(self._paused_until[paused], self._clock() + _PAUSE_S)
        logger.warning("the second level of the caption cache failed on a %s", operation, exc_info=error)
