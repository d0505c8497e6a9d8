"""The choice of the next batch. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from operator import attrgetter
from typing import Any, TypeVar

from deployments.batching.entry import Entry
from deployments.batching.lane import Lane
from deployments.batching.limits import BatchLimits

In = TypeVar("In")
_URGENCY = attrgetter("urgency")
_TOKENS = attrgetter("tokens")


def schedule(lead: Lane[In], other: Lane[In], limits: BatchLimits, launch_tokens: float) -> list[Entry[In]]:
    """Choose the next batch, shortest entry first: the most urgent entry of `lead`, and entries of similar length.

    `lead` must not be empty.

    A batch of n entries, the longest of L tokens, takes the time of launch_tokens + n L tokens. `schedule` takes the
    contiguous range of lengths with the most real tokens for that time: a range with gaps would leave outliers that pad
    later batches. Remaining room is filled from `other` in the same way. An entry above the token budget runs alone.
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
        if room - 1 - between < 1:  # a longer entry leaves even less room
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
    """Whether a batch within the limits, shortest entry first, has no room left."""
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
        """Real tokens per token of time."""
        return self._tokens / (self._launch_tokens + self.longest * self._size)

    def fill(self, near: _Near, last: int, head_at: int, most: int) -> None:
        """Take entries from a lane, from the `last` length downwards.

        Takes at most `most` of the `last` length, then all entries down to the head's length, which is at `head_at`.
        Shorter lengths follow as long as each is worth its padding.
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
    """The number of entries of a lane's n-th length that may be reordered, counted on first use."""

    def __init__(self, lane: Lane[Any], horizon: tuple[float, int] | None) -> None:
        super().__init__()
        self.lane = lane
        self._horizon = horizon

    def __missing__(self, at: int) -> int:
        alike = self.lane.by_length[self.lane.lengths[at]]
        count = len(alike) if self._horizon is None else bisect_left(alike, self._horizon, key=_URGENCY)
        self[at] = count
        return count
