"""The token-budget batcher of every batched stage: plain asyncio, no Ray.

    batcher = Batcher(model.core, BatchLimits(max_batch_tokens=2048), name="reward scorer")
    await batcher.start()
    results = await batcher.submit([Work(row, tokens=12), Work(other, tokens=17)], call)

One forward is in flight, in a thread of its own; the next batch is formed only when the device is free, so entries
collect while it is busy (a batch formed earlier freezes small, which is what costs `@serve.batch` its throughput).
REALTIME leads BACKFILL, earliest deadline first inside a lane; among the most urgent entries those of like length go
together, because a batch costs its PADDED tokens. Cancelled and expired entries are dropped before any compute.
"""

from __future__ import annotations

import asyncio
import bisect
import itertools
import logging
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from deployments.batch_choice import BatchLimits, Entry, Work, choose
from deployments.deadline import Call
from deployments.errors import DeadlineExceeded, Overloaded, PushGenError, StageFailed, StageUnavailable
from deployments.types import Priority, Usage

logger = logging.getLogger("ray.serve")

__all__ = ["BatchLimits", "Batched", "Batcher", "BatcherStats", "Work", "usage"]

In = TypeVar("In")
Out = TypeVar("Out")
_MAX_RETRY_AFTER_S = 60.0


@dataclass(frozen=True)
class Batched(Generic[Out]):
    """The answer for one entry, and what the batch it ran in was like. `batch` numbers the batches of a batcher."""

    value: Out
    tokens: int
    batch: int
    batch_size: int
    padding_efficiency: float
    queue_ms: float
    compute_ms: float


@dataclass
class BatcherStats:
    """Counted since the start. Tokens are of computed batches: padding efficiency = tokens / padded_tokens."""

    batches: int = 0
    entries: int = 0
    tokens: int = 0
    padded_tokens: int = 0
    compute_s: float = 0.0
    cancelled: int = 0
    expired: int = 0
    failed: int = 0
    refused: int = 0
    retried_batches: int = 0


def usage(results: Sequence[Batched[Out]]) -> Usage:
    """What one call cost: its slowest wait, and each batch it ran in once."""
    compute_ms = {r.batch: r.compute_ms for r in results}
    return Usage(
        queue_ms=max((r.queue_ms for r in results), default=0.0),
        compute_ms=sum(compute_ms.values()),
        prompt_tokens=sum(r.tokens for r in results),
        batch_size=max((r.batch_size for r in results), default=0),
    )


class Batcher(Generic[In, Out]):
    """Runs `forward(payloads) -> answers`, in the same order, on batches of entries from many calls."""

    def __init__(self, forward: Callable[[list[In]], Collection[Out]], limits: BatchLimits, name: str) -> None:
        self.stats = BatcherStats()
        self.limits = limits
        self._forward = forward
        self._name = name
        self._lanes: dict[Priority, list[Entry[In]]] = {Priority.REALTIME: [], Priority.BACKFILL: []}
        self._orders = itertools.count()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._stopping = False
        self._backfill_waited = 0
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name.replace(" ", "-"))
        self._loop_task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._loop_task = asyncio.create_task(self._loop(), name=f"{self._name} batches")

    async def stop(self) -> None:
        """Let the batch in flight finish, refuse what waits with StageUnavailable, free the thread."""
        self._stopping = True
        self._wake.set()
        if self._loop_task is not None:
            await asyncio.wait([self._loop_task])
        for entry in itertools.chain(*self._lanes.values()):
            _fail(entry, StageUnavailable(f"the {self._name} is stopping"))
        self._lanes = {lane: [] for lane in self._lanes}
        self._thread.shutdown(wait=False)

    def check_health(self) -> None:
        if self._loop_task is None or self._loop_task.done():
            raise StageUnavailable(f"the {self._name} has stopped")

    async def idle(self) -> None:
        """Return once nothing waits and no batch is in flight."""
        await self._idle.wait()

    @property
    def queued(self) -> int:
        return sum(map(len, self._lanes.values()))

    async def submit(self, works: Sequence[Work[In]], call: Call) -> list[Batched[Out]]:
        """Answers for all of a call's entries, in the order given; they are admitted or refused together.

        Raises Overloaded (queue full), DeadlineExceeded, StageFailed (forward raised on an entry of this call),
        StageUnavailable (stopping). A call larger than the queue is admitted when nothing waits.
        """
        call.deadline.check(f"reaching the {self._name}")
        if not works:
            return []
        if self._stopping:
            raise StageUnavailable(f"the {self._name} is stopping")
        self._admit(len(works), call.priority)
        loop = asyncio.get_running_loop()
        entries = [
            Entry(work, call.deadline, call.priority, next(self._orders), loop.create_future()) for work in works
        ]
        for entry in entries:
            bisect.insort(self._lanes[entry.lane], entry, key=lambda e: e.urgency)
        self._idle.clear()
        self._wake.set()
        try:
            async with call.deadline.limit(f"waiting for the {self._name}"):
                return [await entry.reply for entry in entries]
        finally:
            for entry in entries:  # a caller that is gone, or whose one entry failed, wants none of the rest
                if not entry.reply.cancel() and not entry.reply.cancelled():
                    entry.reply.exception()

    def _admit(self, arriving: int, lane: Priority) -> None:
        bound = self.limits.max_queue
        if lane is Priority.BACKFILL:
            bound = max(1, int(bound * self.limits.backfill_queue_share))
        if self.queued + arriving > bound:
            self._drop_dead()
        if self.queued and self.queued + arriving > bound:
            self.stats.refused += arriving
            raise Overloaded(f"the queue of the {self._name} is full", self._retry_after_s())

    def _retry_after_s(self) -> float:
        """Time to work off what waits, at the rate of the batches so far."""
        if not self.stats.compute_s:
            return 1.0
        waiting = sum(e.work.tokens for e in itertools.chain(*self._lanes.values()))
        return min(_MAX_RETRY_AFTER_S, max(0.1, waiting * self.stats.compute_s / max(1, self.stats.tokens)))

    def _drop_dead(self) -> None:
        """Forget entries whose caller has gone or whose time is up, before they cost anything."""
        for lane, entries in self._lanes.items():
            self._lanes[lane] = [e for e in entries if self._alive(e)]

    def _alive(self, entry: Entry[In]) -> bool:
        if entry.deadline.expired:
            self.stats.expired += 1
            _fail(entry, DeadlineExceeded(f"the time budget was spent in the queue of the {self._name}"))
            return False
        if entry.reply.done():
            self.stats.cancelled += 1
            return False
        return True

    def _next_batch(self) -> list[Entry[In]]:
        self._drop_dead()
        realtime, backfill = self._lanes[Priority.REALTIME], self._lanes[Priority.BACKFILL]
        turn = bool(backfill) and (not realtime or self._backfill_waited >= self.limits.backfill_every - 1)
        lead, other = (backfill, realtime) if turn else (realtime, backfill)
        if not lead:
            return []
        batch = choose(lead, other, self.limits)
        served = any(e.lane is Priority.BACKFILL for e in batch)
        self._backfill_waited = 0 if served or not backfill else self._backfill_waited + 1
        taken = set(map(id, batch))
        for lane, entries in self._lanes.items():
            self._lanes[lane] = [e for e in entries if id(e) not in taken]
        return batch

    async def _loop(self) -> None:
        while not self._stopping:
            batch = self._next_batch()
            if not batch:
                self._idle.set()
                self._wake.clear()
                await self._wake.wait()
                continue
            if await self._compute(batch) or len(batch) == 1:
                continue
            # Something in the batch is bad. Alone, only the guilty entry fails.
            self.stats.retried_batches += 1
            for entry in batch:
                if self._alive(entry):
                    await self._compute([entry])

    async def _compute(self, batch: list[Entry[In]]) -> bool:
        """Run one forward and answer its callers; False when it raised (of one entry, the caller is told)."""
        began = time.monotonic()
        loop = asyncio.get_running_loop()
        try:
            values = await loop.run_in_executor(self._thread, self._forward, [e.work.payload for e in batch])
            if len(values) != len(batch):
                raise RuntimeError(f"forward gave {len(values)} answers for {len(batch)} entries")
        except Exception as error:
            if len(batch) == 1:
                self.stats.failed += 1
                logger.exception("%s failed on an entry of %d tokens", self._name, batch[0].work.tokens)
                _fail(batch[0], error if isinstance(error, PushGenError) else self._failure())
            else:
                logger.warning("%s failed on a batch of %d; trying each alone", self._name, len(batch), exc_info=error)
            return False
        seconds = time.monotonic() - began
        tokens = sum(e.work.tokens for e in batch)
        padded = max(1, max(e.work.tokens for e in batch) * len(batch))
        stats = self.stats
        stats.batches += 1
        stats.entries += len(batch)
        stats.tokens += tokens
        stats.padded_tokens += padded
        stats.compute_s += seconds
        for entry, value in zip(batch, values, strict=True):
            if not entry.reply.done():
                entry.reply.set_result(
                    Batched(
                        value=value,
                        tokens=entry.work.tokens,
                        batch=stats.batches,
                        batch_size=len(batch),
                        padding_efficiency=tokens / padded,
                        queue_ms=(began - entry.queued_at_s) * 1000,
                        compute_ms=seconds * 1000,
                    )
                )
        return True

    def _failure(self) -> StageFailed:
        return StageFailed(f"the {self._name} failed on this input")


def _fail(entry: Entry[In], error: BaseException) -> None:
    if not entry.reply.done():
        entry.reply.set_exception(error)
