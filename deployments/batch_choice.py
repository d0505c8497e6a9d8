"""The choice of the next batch: limits, entries, the lanes that they wait in, and the choice. No clock, no threads."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Generic, TypeVar

from pydantic import Field

from deployments.settings import Knobs
from deployments.types import Priority

In = TypeVar("In")
_URGENCY = attrgetter("urgency")
_TOKENS = attrgetter("tokens")


class BatchLimits(Knobs):
    """Bounds of one batch and of the queue. Changeable while serving.

    `lookahead` is how many batches' worth of the most urgent entries may be reordered by length; 1 keeps the strictest
    deadline order, more pads less. Every `backfill_every`-th batch that BACKFILL waits through is led by BACKFILL.
    """

    max_batch_tokens: int = Field(default=4096, ge=1, description="longest entry x entries, padding included")
    max_batch_items: int = Field(default=64, ge=1)
    max_queue: int = Field(default=1024, ge=1, description="entries waiting; beyond it a call is refused")
    backfill_queue_share: float = Field(default=0.5, gt=0, le=1, description="BACKFILL is shed beyond this share")
    backfill_every: int = Field(default=8, ge=2)
    lookahead: float = Field(default=16.0, ge=1)


@dataclass(frozen=True, slots=True)
class Work(Generic[In]):
    """One entry as the caller hands it over: prepared for the device, with its own length in tokens."""

    payload: In
    tokens: int


@dataclass(eq=False, slots=True)
class Pending:
    """A call whose entries wait or compute. `reply` gets all of its answers at once, or its first error."""

    reply: asyncio.Future[Any]
    answers: list[Any]
    missing: int
    queued_at_s: float


@dataclass(eq=False, slots=True)
class Entry(Generic[In]):
    """A piece of work in the queue: the `place`-th of its call. `urgency` is its deadline, then its arrival."""

    payload: In
    tokens: int
    urgency: tuple[float, int]
    lane: Priority
    call: Pending
    place: int
    taken: bool = field(default=False)

    def fail(self, error: BaseException) -> None:
        """Tell its call, unless that has ended; in the loop."""
        if not self.call.reply.done():
            self.call.reply.set_exception(error)


class Lane(Generic[In]):
    """The waiting entries of one priority, by urgency and by length, so that a choice need not sort them."""

    def __init__(self) -> None:
        self.tokens = 0
        self.lengths: list[int] = []  # ascending, each that waits once
        self.by_length: dict[int, list[Entry[In]]] = {}  # most urgent first
        self._by_urgency: list[Entry[In]] = []  # its first is never a taken one
        self._taken = 0

    def __len__(self) -> int:
        return len(self._by_urgency) - self._taken

    @property
    def first(self) -> Entry[In]:
        return self._by_urgency[0]

    def add(self, entries: Sequence[Entry[In]]) -> None:
        """All of one call: of one deadline, in their order of arrival."""
        waiting = self._by_urgency
        at = bisect_left(waiting, entries[0].urgency, key=_URGENCY)
        waiting[at:at] = entries
        for entry in entries:
            alike = self.by_length.get(entry.tokens)
            if alike is None:
                self.by_length[entry.tokens] = [entry]
                insort(self.lengths, entry.tokens)
            elif alike[-1].urgency < entry.urgency:
                alike.append(entry)
            else:
                insort(alike, entry, key=_URGENCY)
            self.tokens += entry.tokens

    def remove(self, entries: Sequence[Entry[In]]) -> None:
        """Take them out and mark them as taken; all must be waiting here."""
        counts: dict[int, int] = {}
        for entry in entries:
            entry.taken = True
            self.tokens -= entry.tokens
            counts[entry.tokens] = counts.get(entry.tokens, 0) + 1
        for length, count in counts.items():
            alike = self.by_length[length]
            if count == len(alike):
                del self.by_length[length]
                del self.lengths[bisect_left(self.lengths, length)]
            elif all(entry.taken for entry in alike[:count]):  # as a batch takes them
                del alike[:count]
            else:
                self.by_length[length] = [entry for entry in alike if not entry.taken]
        self._forget(len(entries))

    def _forget(self, count: int) -> None:
        """Entries taken stay in the list of urgency until they are first in it, or a third of it."""
        waiting = self._by_urgency
        self._taken += count
        if self._taken * 3 >= len(waiting):
            self._by_urgency = [entry for entry in waiting if not entry.taken]
            self._taken = 0
            return
        front = 0
        while waiting[front].taken:
            front += 1
        del waiting[:front]
        self._taken -= front

    def expired(self, now_s: float) -> list[Entry[In]]:
        """Those whose deadline has passed: the most urgent ones."""
        waiting = self._by_urgency
        if not waiting or waiting[0].urgency[0] > now_s:
            return []
        late = bisect_right(waiting, now_s, key=lambda e: e.urgency[0])
        return [entry for entry in waiting[:late] if not entry.taken]

    def horizon(self, limits: BatchLimits) -> tuple[float, int] | None:
        """The urgency of the last entry that may be reordered; None when all may.

        `lookahead` batches hold so many entries, at the mean length of what waits. Taken ones not yet forgotten count.
        """
        fit = min(limits.max_batch_items, limits.max_batch_tokens * len(self) / max(1, self.tokens))
        most = max(1, int(limits.lookahead * fit))
        return None if most >= len(self) else self._by_urgency[most].urgency

    def drain(self) -> list[Entry[In]]:
        """Take out all."""
        entries = [entry for entry in self._by_urgency if not entry.taken]
        self.remove(entries)
        return entries


def choose(lead: Lane[In], other: Lane[In], limits: BatchLimits, launch_tokens: float) -> list[Entry[In]]:
    """The next batch, shortest first: the most urgent entry of `lead`, which is not empty, and what goes well with it.

    A batch of n entries, the longest of L tokens, takes as long as launch_tokens + n L tokens would. Chosen is the
    run of neighbouring lengths with the most tokens of its own for that time: a choice without gaps in the lengths
    leaves no odd ones behind, whose batches would pad more later. What room it leaves is filled from `other` in the
    same way. An entry above the token budget runs alone.
    """
    head = lead.first
    near = _Near(lead, lead.horizon(limits))
    start = bisect_left(lead.lengths, head.tokens)
    best = _Plan(head.tokens, _room(limits, head.tokens), launch_tokens, head.tokens)
    if best.room <= 1:
        return [head]
    between = 0
    for last in range(start, len(lead.lengths)):
        longest = lead.lengths[last]
        room = _room(limits, longest)
        if room - 1 - between < 1:  # nor is there down to the head for any that are longer
            break
        if near[last]:
            plan = _Plan(longest, room, launch_tokens, head.tokens)
            plan.fill(near, last, start, room - 1 - between)
            if last == start or plan.worth > best.worth:
                best = plan
        between += near[last] - (last == start)
    batch = [head]
    for length, count in best.taken:
        alike = lead.by_length[length]
        batch += alike[1 : count + 1] if length == head.tokens else alike[:count]
    if other.lengths and len(batch) < best.room:
        best.taken.clear()
        near = _Near(other, other.horizon(limits))
        last = bisect_right(other.lengths, best.longest) - 1
        best.fill(near, last, last + 1, best.room)
        for length, count in best.taken:
            batch += other.by_length[length][:count]
    batch.sort(key=_TOKENS)
    return batch


def is_full(batch: Sequence[Entry[In]], limits: BatchLimits) -> bool:
    """Whether nothing more fits into a batch, shortest first, that is within the limits."""
    return len(batch) == max(1, _room(limits, batch[-1].tokens))


def _room(limits: BatchLimits, longest: int) -> int:
    return min(limits.max_batch_items, limits.max_batch_tokens // max(1, longest))


class _Plan:
    """A batch whose longest entry has `longest` tokens, as counts by length; it begins with the head alone."""

    def __init__(self, longest: int, room: int, launch_tokens: float, head_tokens: int) -> None:
        self.longest = longest
        self.room = room
        self.taken: list[tuple[int, int]] = []
        self._launch_tokens = launch_tokens
        self._size = 1
        self._tokens = head_tokens

    @property
    def worth(self) -> float:
        """Tokens of its own for each token of time."""
        return self._tokens / (self._launch_tokens + self.longest * self._size)

    def fill(self, near: _Near, last: int, head_at: int, most: int) -> None:
        """Take entries from a lane: `most` of the `last` length, then all down to and of the head's length, which is at
        `head_at`, and below it while each is worth its padding.
        """
        lengths, longest, size, tokens = near.lane.lengths, self.longest, self._size, self._tokens
        while last >= 0 and size < self.room:
            length = lengths[last]
            if last < head_at and length * (self._launch_tokens + longest * size) < longest * tokens:
                break
            count = min(near[last] - (last == head_at), self.room - size, most)
            if count:
                self.taken.append((length, count))
                size += count
                tokens += length * count
            last -= 1
            most = self.room
        self._size, self._tokens = size, tokens


class _Near(dict[int, int]):
    """How many entries of the n-th length of a lane may be reordered, counted when asked."""

    def __init__(self, lane: Lane[Any], horizon: tuple[float, int] | None) -> None:
        super().__init__()
        self.lane = lane
        self._horizon = horizon

    def __missing__(self, at: int) -> int:
        alike = self.lane.by_length[self.lane.lengths[at]]
        count = len(alike) if self._horizon is None else bisect_left(alike, self._horizon, key=_URGENCY)
        self[at] = count
        return count
