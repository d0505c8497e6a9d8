"""The token-budget batcher of every batched stage: no Ray, and one thread of its own.

    batcher = Batcher(model.core, BatchLimits(max_batch_tokens=2048), name="reward scorer")
    await batcher.start()
    results = await batcher.submit([Work(row, tokens=12), Work(other, tokens=17)], call)

One forward is in flight. The thread that runs it takes the next batch itself, the moment it is free: entries collect
while it computes (a batch formed earlier freezes small, which is what costs `@serve.batch` its throughput), and the
device does not wait for a busy event loop, which answers the last batch's callers meanwhile (see `Aide`).
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
from typing import Generic, TypeVar

from deployments.batch_aide import Aide
from deployments.batch_choice import BatchLimits, Entry, Lane, Pending, Work, choose, is_full
from deployments.batch_cost import BatchCost
from deployments.batch_results import Batched, BatcherStats, usage
from deployments.deadline import Call
from deployments.errors import DeadlineExceeded, Overloaded, PushGenError, StageFailed, StageUnavailable
from deployments.types import Priority

logger = logging.getLogger("ray.serve")

__all__ = ["BatchLimits", "Batched", "Batcher", "BatcherStats", "Work", "usage"]

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
        self._forward = forward
        self._name = name
        self._orders = itertools.count()
        # Guards the lanes and what says how the thread stands; held for microseconds.
        self._lock = threading.Condition()
        self._lanes: dict[Priority, Lane[In]] = {lane: Lane() for lane in Priority}
        self._stopping = False
        self._computing = False
        self._backfill_waited = 0
        self._ahead: tuple[Entry[In], list[Entry[In]]] | None = None
        self._thread = threading.Thread(target=self._work, name=name.replace(" ", "-"), daemon=True)
        self._aide: Aide | None = None
        self._ringing = False
        self._idle = asyncio.Event()
        self._ended = asyncio.Event()

    async def start(self) -> None:
        self._aide = Aide(asyncio.get_running_loop(), self._thread.name, lost=self._leave)
        self._thread.start()

    async def stop(self) -> None:
        """Let the batch in flight finish, refuse what waits with StageUnavailable, end the thread."""
        self._leave()
        if self._aide is not None:
            await self._ended.wait()
        self._refuse_all(StageUnavailable(f"the {self._name} is stopping"))

    def _leave(self) -> None:
        with self._lock:
            self._stopping = True
            self._lock.notify()

    def check_health(self) -> None:
        if self._aide is None or self._ended.is_set():
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
        if self._stopping or self._ended.is_set():
            raise StageUnavailable(f"the {self._name} is stopping")
        loop = asyncio.get_running_loop()
        pending = Pending(loop.create_future(), [None] * len(works), len(works), time.monotonic())
        at_s = call.deadline.at_s
        entries = [
            Entry(work.payload, work.tokens, (at_s, next(self._orders)), call.priority, pending, place)
            for place, work in enumerate(works)
        ]
        with self._lock:
            self._admit(len(entries), call.priority)
            self._lanes[call.priority].add(entries)
        self._idle.clear()
        if not self._ringing:  # once in a turn of the loop, so that calls that arrive together go together
            self._ringing = True
            loop.call_soon(self._ring)
        timer = loop.call_later(call.deadline.remaining_s(), self._late, pending)
        try:
            return await pending.reply
        finally:
            timer.cancel()
            if pending.missing:
                self._withdraw(entries)

    def _late(self, pending: Pending) -> None:
        if not pending.reply.done():
            pending.reply.set_exception(DeadlineExceeded(f"the time budget was spent waiting for the {self._name}"))

    def _ring(self) -> None:
        self._ringing = False
        with self._lock:
            self._lock.notify()

    def _withdraw(self, entries: Sequence[Entry[In]]) -> None:
        """A caller that is gone, or that has failed, wants none of the rest."""
        with self._lock:
            waiting = [entry for entry in entries if not entry.taken]
            if not waiting:
                return
            self._lanes[waiting[0].lane].remove(waiting)
            if waiting[0].urgency[0] <= time.monotonic():
                self.stats.expired += len(waiting)
            else:
                self.stats.cancelled += len(waiting)

    def _admit(self, arriving: int, lane: Priority) -> None:
        bound = self.limits.max_queue
        if lane is Priority.BACKFILL:
            bound = max(1, int(bound * self.limits.backfill_queue_share))
        if self.queued and self.queued + arriving > bound:
            self._drop_expired()
            if self.queued and self.queued + arriving > bound:
                self.stats.refused += arriving
                raise Overloaded(f"the queue of the {self._name} is full", self._retry_after_s())

    def _retry_after_s(self) -> float:
        """Time to work off what waits, at the rate of the batches so far."""
        if not self.stats.compute_s:
            return 1.0
        waiting = sum(lane.tokens for lane in self._lanes.values())
        return min(_MAX_RETRY_AFTER_S, max(0.1, waiting * self.stats.compute_s / max(1, self.stats.tokens)))

    def _refuse_all(self, error: StageUnavailable) -> None:
        with self._lock:
            waiting = [entry for lane in self._lanes.values() for entry in lane.drain()]
        for entry in waiting:
            entry.fail(error)

    def _answered(self, batch: Sequence[Entry[In]], values: Collection[Out], began_s: float, seconds: float) -> None:
        """Give a batch's answers to its callers; in the loop, while the device computes the next."""
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

    def _rested(self) -> None:
        if not self.queued and not self._computing:
            self._idle.set()

    # What follows runs in the thread.

    def _work(self) -> None:
        try:
            while batch := self._next_batch():
                self._compute(batch)
        except Exception:
            logger.exception("the %s has stopped: its batching failed", self._name)
        finally:
            self._tell(self._end)
            if self._aide is not None:
                self._aide.close()

    def _end(self) -> None:
        self._ended.set()
        self._refuse_all(StageUnavailable(f"the {self._name} has stopped"))

    def _tell(self, what: Callable[..., None], *args: object) -> None:
        if self._aide is not None:
            self._aide.tell(what, *args)

    def _next_batch(self) -> list[Entry[In]]:
        """Wait for one; empty when stopping."""
        with self._lock:
            self._computing = False
            while not self._stopping:
                if batch := self._take():
                    self._computing = True
                    if self._aide is not None:
                        self._aide.do(self._look_ahead)
                    return batch
                self._tell(self._rested)
                self._lock.wait()
        return []

    def _look_ahead(self) -> None:
        """Choose the next batch, in the aide's thread, while the device computes: it stays in its lanes until taken."""
        with self._lock:
            lead = self._leading()
            self._ahead = None if lead is None else (self._lanes[lead].first, self._choose(lead))

    def _chosen(self, lead: Priority) -> list[Entry[In]]:
        """What was chosen ahead, where that is full and nothing more urgent has come; else chosen now."""
        ahead, self._ahead = self._ahead, None
        if ahead is None or ahead[0] is not self._lanes[lead].first or not is_full(ahead[1], self.limits):
            return self._choose(lead)
        return self._choose(lead) if any(entry.taken for entry in ahead[1]) else ahead[1]

    def _choose(self, lead: Priority) -> list[Entry[In]]:
        other = Priority.REALTIME if lead is Priority.BACKFILL else Priority.BACKFILL
        return choose(self._lanes[lead], self._lanes[other], self.limits, self.cost.launch_tokens)

    def _take(self) -> list[Entry[In]]:
        self._drop_expired()
        while lead := self._leading():
            batch = self._chosen(lead)
            for name, lane in self._lanes.items():
                lane.remove([entry for entry in batch if entry.lane is name])
            wanted = [entry for entry in batch if not entry.call.reply.done()]
            self.stats.cancelled += len(batch) - len(wanted)
            if wanted:
                led = lead is Priority.BACKFILL or not self._lanes[Priority.BACKFILL]
                self._backfill_waited = 0 if led else self._backfill_waited + 1
                return wanted
        return []

    def _leading(self) -> Priority | None:
        """The lane whose most urgent entry goes into the next batch."""
        realtime, backfill = self._lanes[Priority.REALTIME], self._lanes[Priority.BACKFILL]
        if backfill and (not realtime or self._backfill_waited >= self.limits.backfill_every - 1):
            return Priority.BACKFILL
        return Priority.REALTIME if realtime else None

    def _drop_expired(self) -> None:
        """Forget entries whose time is up, before they cost anything; each caller's own timer tells it."""
        now_s = time.monotonic()
        for lane in self._lanes.values():
            if late := lane.expired(now_s):
                lane.remove(late)
                self.stats.expired += len(late)

    def _compute(self, batch: list[Entry[In]]) -> None:
        if self._ran(batch) or len(batch) == 1:
            return
        # Something in the batch is bad. Alone, only the guilty entry fails.
        self.stats.retried_batches += 1
        for entry in batch:
            if entry.call.reply.done():
                self.stats.cancelled += 1
            elif entry.urgency[0] <= time.monotonic():
                self.stats.expired += 1
            else:
                self._ran([entry])

    def _ran(self, batch: list[Entry[In]]) -> bool:
        """Run one forward and answer its callers; False when it raised (of one entry, the caller is told)."""
        began_s = time.monotonic()
        try:
            values = self._forward([entry.payload for entry in batch])
            if len(values) != len(batch):
                raise RuntimeError(f"forward gave {len(values)} answers for {len(batch)} entries")
        except Exception as error:
            if len(batch) == 1:
                self.stats.failed += 1
                logger.exception("%s failed on an entry of %d tokens", self._name, batch[0].tokens)
                own = (
                    error if isinstance(error, PushGenError) else StageFailed(f"the {self._name} failed on this input")
                )
                self._tell(batch[0].fail, own)
            else:
                logger.warning("%s failed on a batch of %d; trying each alone", self._name, len(batch), exc_info=error)
            return False
        self._tell(self._answered, batch, values, began_s, time.monotonic() - began_s)
        return True
