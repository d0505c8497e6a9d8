"""Entries of the batcher, before and after they enter its queue."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from deployments.types import Priority

In = TypeVar("In")


@dataclass(frozen=True, slots=True)
class Work(Generic[In]):
    """One entry from a caller: the prepared payload and its length in tokens."""

    payload: In
    tokens: int


@dataclass(eq=False, slots=True)
class PendingCall:
    """A call whose entries wait or compute. `reply` gets all of its answers at once, or its first error."""

    reply: asyncio.Future[Any]
    answers: list[Any]
    missing: int
    queued_at_s: float
    request_id: str = ""


@dataclass(eq=False, slots=True)
class Entry(Generic[In]):
    """One entry in the queue: the `place`-th of its call. `urgency` is its deadline, then its arrival."""

    payload: In
    tokens: int
    urgency: tuple[float, int]
    lane: Priority
    call: PendingCall
    place: int
    taken: bool = field(default=False)
    """True once it has left its lane, for a batch or dropped."""

    def fail(self, error: BaseException) -> None:
        """Fail its call, unless the call has ended. For the event loop."""
        if not self.call.reply.done():
            self.call.reply.set_exception(error)
