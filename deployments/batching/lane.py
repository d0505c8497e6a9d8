"""The waiting entries of one priority."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from operator import attrgetter
from typing import Generic, TypeVar

from deployments.batching.entry import Entry
from deployments.batching.limits import BatchLimits

In = TypeVar("In")
_URGENCY = attrgetter("urgency")


class Lane(Generic[In]):
    """The waiting entries of one priority, sorted by urgency and by length."""

    def __init__(self) -> None:
        self.tokens = 0
        self.lengths: list[int] = []  # ascending, without duplicates
        self.by_length: dict[int, list[Entry[In]]] = {}  # most urgent first
        self._by_urgency: list[Entry[In]] = []  # the first entry is never a taken one
        self._gone = 0

    def __len__(self) -> int:
        return len(self._by_urgency) - self._gone

    @property
    def first(self) -> Entry[In]:
        return self._by_urgency[0]

    def oldest_s(self) -> float | None:
        """Return the arrival of the entry that has waited longest. O(n): entries are sorted by deadline."""
        return min((entry.call.queued_at_s for entry in self._by_urgency if not entry.taken), default=None)

    def add(self, entries: Sequence[Entry[In]]) -> None:
        """Add the entries of one call, which share a deadline, in their order of arrival."""
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
        """Remove the entries and mark them as taken. All must be waiting in this lane."""
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
        """Delete taken entries from the list by urgency, once they are first in it or a third of it."""
        waiting = self._by_urgency
        self._gone += count
        if self._gone * 3 >= len(waiting):
            self._by_urgency = [entry for entry in waiting if not entry.taken]
            self._gone = 0
            return
        front = 0
        while waiting[front].taken:
            front += 1
        del waiting[:front]
        self._gone -= front

    def expired(self, now_s: float) -> list[Entry[In]]:
        """Return the entries whose deadline has passed."""
        waiting = self._by_urgency
        if not waiting or waiting[0].urgency[0] > now_s:
            return []
        late = bisect_right(waiting, now_s, key=lambda e: e.urgency[0])
        return [entry for entry in waiting[:late] if not entry.taken]

    def horizon(self, limits: BatchLimits) -> tuple[float, int] | None:
        """Return the urgency of the last entry that may be reordered; None when all may.

        Entries up to it fill `lookahead` batches, at the mean length of the lane. Taken entries not yet deleted count.
        """
        fit = min(limits.max_batch_items, limits.max_batch_tokens * len(self) / max(1, self.tokens))
        most = max(1, int(limits.lookahead * fit))
        return None if most >= len(self) else self._by_urgency[most].urgency

    def drain(self) -> list[Entry[In]]:
        """Remove and return all entries."""
        entries = [entry for entry in self._by_urgency if not entry.taken]
        self.remove(entries)
        return entries
