"""Work of the batcher: as a caller hands it over, and as it waits."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from deployments.types import Priority

In = TypeVar("In")


@dataclass(frozen=True, slots=True)
class Work(Generic[In]):
    """One entry as the caller hands it over: prepared for the device, with its own length in tokens."""

    payload: In
    tokens: int


@dataclass(eq=False, slots=True)
class PendingCall:
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
    call: PendingCall
    place: int
    taken: bool = field(default=False)
    """Out of its lane: in a batch, or dropped."""

    def fail(self, error: BaseException) -> None:
        """Tell its call, unless that has ended; in the loop."""
        if not self.call.reply.done():
            self.call.reply.set_exception(error)
