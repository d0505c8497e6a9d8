"""The queue of the batcher: it admits entries and chooses the next batch. Has no lock and no clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from deployments.batching.entry import Entry
from deployments.batching.lane import Lane
from deployments.batching.limits import BatchLimits
from deployments.batching.results import BatcherStats
from deployments.batching.schedule import is_full, schedule
from deployments.readings import Reading, reading
from deployments.types import Priority

In = TypeVar("In")


class WaitingQueue(Generic[In]):
    """A lane for each priority. `stats` counts entries that leave without being computed."""

    def __init__(self, stats: BatcherStats) -> None:
        self._stats = stats
        self._lanes: dict[Priority, Lane[In]] = {priority: Lane() for priority in Priority}
        self._backfill_waited = 0
        self._prepared: tuple[Entry[In], list[Entry[In]]] | None = None

    def __len__(self) -> int:
        return sum(map(len, self._lanes.values()))

    def readings(self, now_s: float) -> list[Reading]:
        """The entries of each lane and the age of its oldest. O(n)."""
        readings = []
        for priority, lane in self._lanes.items():
            oldest_s = lane.oldest_s()
            age_ms = 0.0 if oldest_s is None else (now_s - oldest_s) * 1000
            readings.append(reading("queue_waiting", len(lane), priority=priority.name))
            readings.append(reading("queue_oldest_ms", age_ms, priority=priority.name))
        return readings

    @property
    def tokens(self) -> int:
        return sum(lane.tokens for lane in self._lanes.values())

    def has_room(self, arriving: int, priority: Priority, limits: BatchLimits, now_s: float) -> bool:
        """Whether `arriving` more entries may wait. A call larger than the queue may enter an empty one."""
        bound = limits.max_queue
        if priority is Priority.BACKFILL:
            bound = max(1, int(bound * limits.backfill_queue_share))
        if len(self) and len(self) + arriving > bound:
            self.drop_expired(now_s)
        return not len(self) or len(self) + arriving <= bound

    def add(self, entries: Sequence[Entry[In]]) -> None:
        """Add the entries of one call."""
        self._lanes[entries[0].lane].add(entries)

    def withdraw(self, entries: Sequence[Entry[In]], now_s: float) -> None:
        """Drop the waiting entries of one call, whose caller has gone or has its error."""
        waiting = [entry for entry in entries if not entry.taken]
        if not waiting:
            return
        self._lanes[waiting[0].lane].remove(waiting)
        if waiting[0].urgency[0] <= now_s:
            self._stats.expired += len(waiting)
        else:
            self._stats.cancelled += len(waiting)

    def drop_expired(self, now_s: float) -> None:
        """Drop expired entries before any compute. Each caller has its own timer for the error."""
        for lane in self._lanes.values():
            if expired := lane.expired(now_s):
                lane.remove(expired)
                self._stats.expired += len(expired)

    def drain(self) -> list[Entry[In]]:
        """Remove and return all entries."""
        return [entry for lane in self._lanes.values() for entry in lane.drain()]

    def prepare(self, limits: BatchLimits, launch_tokens: float) -> None:
        """Choose the next batch while the device computes. It stays in its lanes until it is taken."""
        lead = self._leading(limits)
        self._prepared = None if lead is None else (self._lanes[lead].first, self._choose(lead, limits, launch_tokens))

    def take(self, limits: BatchLimits, launch_tokens: float, now_s: float) -> list[Entry[In]]:
        """Remove and return the next batch; empty when nothing waits."""
        self.drop_expired(now_s)
        while lead := self._leading(limits):
            batch = self._next(lead, limits, launch_tokens)
            for priority, lane in self._lanes.items():
                lane.remove([entry for entry in batch if entry.lane is priority])
            live = [entry for entry in batch if not entry.call.reply.done()]
            self._stats.cancelled += len(batch) - len(live)
            if live:
                led = lead is Priority.BACKFILL or not self._lanes[Priority.BACKFILL]
                self._backfill_waited = 0 if led else self._backfill_waited + 1
                return live
        return []

    def _next(self, lead: Priority, limits: BatchLimits, launch_tokens: float) -> list[Entry[In]]:
        """Return the prepared batch if it is full and nothing more urgent has come; else choose one now."""
        prepared, self._prepared = self._prepared, None
        if prepared is not None:
            head, batch = prepared
            is_first = head is self._lanes[lead].first
            if is_first and is_full(batch, limits) and not any(entry.taken for entry in batch):
                return batch
        return self._choose(lead, limits, launch_tokens)

    def _choose(self, lead: Priority, limits: BatchLimits, launch_tokens: float) -> list[Entry[In]]:
        other = Priority.REALTIME if lead is Priority.BACKFILL else Priority.BACKFILL
        return schedule(self._lanes[lead], self._lanes[other], limits, launch_tokens)

    def _leading(self, limits: BatchLimits) -> Priority | None:
        """Return the lane whose most urgent entry leads the next batch."""
        realtime, backfill = self._lanes[Priority.REALTIME], self._lanes[Priority.BACKFILL]
        if backfill and (not realtime or self._backfill_waited >= limits.backfill_every - 1):
            return Priority.BACKFILL
        return Priority.REALTIME if realtime else None
