"""The token-budget batcher: no Ray, and one thread of its own.

    batcher = Batcher(model.core, BatchLimits(max_batch_tokens=2048), name="reward scorer")
    await batcher.start()
    results = await batcher.submit([Work(row, tokens=12), Work(other, tokens=17)], call)

One forward runs at a time. The thread that runs it takes the next batch itself, the moment it is free: entries collect
while it computes (a batch formed earlier freezes small, which is what costs `@serve.batch` its throughput), and the
device does not wait for a busy event loop, which answers the last batch's callers meanwhile (see `HelperThread`).
REALTIME leads BACKFILL, earliest deadline first inside a lane; with the most urgent entry go those of like length,
because a batch costs its PADDED tokens. Cancelled and expired entries are dropped before any compute.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

from deployments.batching.cost import BatchCost
from deployments.batching.device import Device
from deployments.batching.entry import Entry, PendingCall, Work
from deployments.batching.helper_thread import HelperThread
from deployments.batching.limits import BatchLimits
from deployments.batching.results import Batched, BatcherStats
from deployments.batching.waiting import WaitingQueue
from deployments.deadline import Call
from deployments.errors import DeadlineExceeded, Overloaded, PushGenError, StageFailed, StageUnavailable
from deployments.readings import Reading, reading

logger = logging.getLogger("ray.serve")

In = TypeVar("In")
Out = TypeVar("Out")
_MAX_RETRY_AFTER_S = 60.0


class Batcher(Generic[In, Out]):
    """Runs `forward(payloads) -> answers`, in the same order, on batches of entries from many calls.

    All methods are for the event loop that `start` ran in.
    """

    def __init__(self, forward: Callable[[list[In]], Collection[Out]], limits: BatchLimits, name: str) -> None:
        self.stats = BatcherStats()
        self.limits = limits
        self.cost = BatchCost()
        self._device = Device(forward, name)
        self._name = name
        self._arrivals = itertools.count()
        # Guards the queue and the two flags below, for microseconds at a time.
        self._lock = threading.Condition()
        self._waiting: WaitingQueue[In] = WaitingQueue(self.stats)
        self._stopping = False
        self._in_flight = False
        self._thread = threading.Thread(target=self._run_batches, name=name.replace(" ", "-"), daemon=True)
        self._helper: HelperThread | None = None
        self._wake_scheduled = False
        self._idle = asyncio.Event()
        self._ended = asyncio.Event()

    async def start(self) -> None:
        self._helper = HelperThread(asyncio.get_running_loop(), self._thread.name, lost=self._begin_stop)
        self._thread.start()

    async def stop(self) -> None:
        """Let the batch in flight finish, refuse what waits with StageUnavailable, end the thread."""
        self._begin_stop()
        if self._helper is not None and not self._ended.is_set():
            with suppress(StageUnavailable):  # a forward that hangs ends with the process
                self._device.check(self.limits)
                await self._ended.wait()
        self._refuse_all(StageUnavailable(f"the {self._name} is stopping"))

    def _begin_stop(self) -> None:
        with self._lock:
            self._stopping = True
            self._lock.notify()

    def check_health(self) -> None:
        """Raise StageUnavailable when no forward will work any more; nothing is admitted then."""
        if self._helper is None or self._ended.is_set():
            raise StageUnavailable(f"the {self._name} has stopped")
        try:
            self._device.check(self.limits)
        except StageUnavailable as error:
            self._refuse_all(error)
            raise

    async def idle(self) -> None:
        """Return once nothing waits and no batch is in flight."""
        await self._idle.wait()

    def readings(self) -> list[Reading]:
        with self._lock:
            tokens = reading("queue_tokens", self._waiting.tokens * self.stats.padding)
            return [*self._waiting.readings(time.monotonic()), tokens, *self.stats.readings()]

    @property
    def queued(self) -> int:
        return len(self._waiting)

    async def submit(self, works: Sequence[Work[In]], call: Call) -> list[Batched[Out]]:
        """Return the answers for a call's entries, in their order. The entries are admitted or refused together.

        Raises Overloaded (queue full), DeadlineExceeded, StageFailed (forward raised on an entry of this call),
        StageUnavailable (stopping, or the device is lost). A call larger than the queue is admitted when nothing waits.
        """
        call.deadline.check(f"reaching the {self._name}")
        if not works:
            return []
        if self._stopping or self._ended.is_set():
            raise StageUnavailable(f"the {self._name} is stopping")
        self._device.check(self.limits)
        loop = asyncio.get_running_loop()
        pending = PendingCall(loop.create_future(), [None] * len(works), len(works), time.monotonic(), call.request_id)
        at_s = call.deadline.at_s
        entries = [
            Entry(work.payload, work.tokens, (at_s, next(self._arrivals)), call.priority, pending, place)
            for place, work in enumerate(works)
        ]
        with self._lock:
            if not self._waiting.has_room(len(entries), call.priority, self.limits, time.monotonic()):
                self.stats.refused += len(entries)
                raise Overloaded(f"the queue of the {self._name} is full", self._retry_after_s())
            self._waiting.add(entries)
        self._idle.clear()
        if not self._wake_scheduled:  # once in a turn of the loop, so that calls that arrive together go together
            self._wake_scheduled = True
            loop.call_soon(self._wake)
        timer = loop.call_later(call.deadline.remaining_s(), self._time_out, pending)
        try:
            return await pending.reply
        finally:
            timer.cancel()
            if pending.missing:
                with self._lock:
                    self._waiting.withdraw(entries, time.monotonic())

    def _time_out(self, pending: PendingCall) -> None:
        if not pending.reply.done():
            pending.reply.set_exception(DeadlineExceeded(f"the time budget was spent waiting for the {self._name}"))

    def _wake(self) -> None:
        self._wake_scheduled = False
        with self._lock:
            self._lock.notify()

    def _retry_after_s(self) -> float:
        """Estimate the time to compute the queue, at the rate of the batches so far."""
        if not self.stats.compute_s:
            return 1.0
        rate = max(1, self.stats.tokens) / self.stats.compute_s
        return min(_MAX_RETRY_AFTER_S, max(0.1, self._waiting.tokens / rate))

    def _refuse_all(self, error: StageUnavailable) -> None:
        with self._lock:
            waiting = self._waiting.drain()
        for entry in waiting:
            entry.fail(error)

    def _answer(self, batch: Sequence[Entry[In]], values: Collection[Out], began_s: float, seconds: float) -> None:
        """Give a batch's answers to its callers. Runs in the event loop while the device computes the next batch."""
        tokens = sum(entry.tokens for entry in batch)
        padded = max(1, max(entry.tokens for entry in batch) * len(batch))
        self.stats.ran(len(batch), tokens, padded, seconds)
        self.cost.observe(padded, seconds)
        number = self.stats.batches
        for entry, value in zip(batch, values, strict=True):
            call = entry.call
            call.answers[entry.place] = Batched(
                value,
                entry.tokens,
                number,
                len(batch),
                tokens / padded,
                (began_s - call.queued_at_s) * 1000,
                seconds * 1000,
            )
            call.missing -= 1
            if not call.missing and not call.reply.done():
                call.reply.set_result(call.answers)

    def _set_idle(self) -> None:
        if not self.queued and not self._in_flight:
            self._idle.set()

    # The methods below run in the batcher's thread.

    def _run_batches(self) -> None:
        try:
            while batch := self._next_batch():
                self._run(batch)
        except Exception:
            logger.exception("the %s has stopped: its batching failed", self._name)
        finally:
            self._in_loop(self._end)
            if self._helper is not None:
                self._helper.close()

    def _end(self) -> None:
        self._ended.set()
        self._refuse_all(StageUnavailable(f"the {self._name} has stopped"))

    def _in_loop(self, callback: Callable[..., None], *args: object) -> None:
        if self._helper is not None:
            self._helper.run_in_loop(callback, *args)

    def _next_batch(self) -> list[Entry[In]]:
        """Wait for the next batch; empty when stopping, or when the device is lost."""
        with self._lock:
            self._in_flight = False
            while not (self._stopping or self._device.lost):
                if batch := self._waiting.take(self.limits, self.cost.launch_tokens, time.monotonic()):
                    self._in_flight = True
                    if self._helper is not None:
                        self._helper.run(self._prepare_next)
                    return batch
                self._in_loop(self._set_idle)
                self._lock.wait()
        return []

    def _prepare_next(self) -> None:
        """Choose the next batch in the helper's thread, while the device computes."""
        with self._lock:
            self._waiting.prepare(self.limits, self.cost.launch_tokens)

    def _run(self, batch: list[Entry[In]]) -> None:
        if self._forwarded(batch) or len(batch) == 1:
            return
        # An entry of the batch is bad. Computed one by one, only that entry fails.
        self.stats.retried_batches += 1
        for entry in batch:
            if entry.call.reply.done():
                self.stats.cancelled += 1
            elif entry.urgency[0] <= time.monotonic():
                self.stats.expired += 1
            elif self._device.lost:
                self._in_loop(entry.fail, StageUnavailable(f"the {self._name} fails on every input"))
            else:
                self._forwarded([entry])

    def _forwarded(self, batch: list[Entry[In]]) -> bool:
        """Run one forward and answer its callers. Return False when it raised; a batch of one then fails its call."""
        began_s = time.monotonic()
        try:
            values = self._device.run([entry.payload for entry in batch])
        except Exception as error:
            if len(batch) == 1:
                self.stats.failed += 1
                entry = batch[0]
                words = "%s failed on an entry of %d tokens of request %s"
                logger.exception(words, self._name, entry.tokens, entry.call.request_id)
                stage_error = (
                    error if isinstance(error, PushGenError) else StageFailed(f"the {self._name} failed on this input")
                )
                self._in_loop(batch[0].fail, stage_error)
                self._device.failed(self.limits.max_failures)
            else:
                logger.warning("%s failed on a batch of %d; trying each alone", self._name, len(batch), exc_info=error)
            return False
        self._in_loop(self._answer, batch, values, began_s, time.monotonic() - began_s)
        return True
