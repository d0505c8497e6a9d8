"""What goes into the next batch: limits, entries, and the choice, as plain data and one pure function."""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import Field

from deployments.deadline import Deadline
from deployments.settings import Knobs
from deployments.types import Priority

In = TypeVar("In")


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
    lookahead: float = Field(default=4.0, ge=1)


@dataclass(frozen=True)
class Work(Generic[In]):
    """One entry as the caller hands it over: prepared for the device, with its own length in tokens."""

    payload: In
    tokens: int


@dataclass(eq=False)
class Entry(Generic[In]):
    """A piece of work in the queue, with the channel its answer goes back by."""

    work: Work[In]
    deadline: Deadline
    lane: Priority
    order: int
    reply: asyncio.Future[Any]
    queued_at_s: float = field(default_factory=time.monotonic)

    @property
    def urgency(self) -> tuple[float, int]:
        return self.deadline.at_s, self.order


def choose(lead: list[Entry[In]], other: list[Entry[In]], limits: BatchLimits) -> list[Entry[In]]:
    """The next batch, sorted by length; both lanes are given most urgent first and `lead` is not empty.

    Of the lookahead the densest run of neighbouring lengths that holds the most urgent entry; room that is left goes to
    the other lane. An entry above the token budget runs alone.
    """
    window: list[Entry[In]] = []
    ahead = 0
    for entry in lead[: int(limits.lookahead * limits.max_batch_items)]:
        ahead += entry.work.tokens
        if window and ahead > limits.lookahead * limits.max_batch_tokens:
            break
        window.append(entry)
    head = window[0]
    # Of one length the more urgent stays nearer to the head, so that no run passes over it.
    shorter = [e for e in reversed(window) if e.work.tokens < head.work.tokens]
    others = [e for e in window if e.work.tokens >= head.work.tokens]
    window = sorted(shorter + others, key=lambda e: e.work.tokens)
    at = len(shorter)
    sums = [0, *itertools.accumulate(e.work.tokens for e in window)]
    best = (sums[at + 1] - sums[at], at, at)
    for last in range(at, len(window)):
        room = min(limits.max_batch_items, limits.max_batch_tokens // max(1, window[last].work.tokens))
        first = max(0, last - room + 1)
        if first <= at:
            best = max(best, (sums[last + 1] - sums[first], first, last))
    chosen = window[best[1] : best[2] + 1]
    longest = chosen[-1].work.tokens
    for entry in other:
        tallest = max(longest, entry.work.tokens)
        if len(chosen) < limits.max_batch_items and tallest * (len(chosen) + 1) <= limits.max_batch_tokens:
            chosen.append(entry)
            longest = tallest
    return sorted(chosen, key=lambda e: e.work.tokens)
