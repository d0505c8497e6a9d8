"""A bound on calls in flight, with a finite queue before it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from deployments.deadline import Call
from deployments.engines.engine import scheduling_priority
from deployments.errors import Overloaded
from deployments.readings import Reading, reading
from deployments.types import Priority


class Gate:
    """At most `places` calls in flight and at most `max_waiting` in the queue.

    REALTIME goes before BACKFILL, then the earlier deadline, as in `Engine`. `name`: of the server, for messages.
    """

    def __init__(self, places: int, max_waiting: int, name: str) -> None:
        self._free = places
        self._places = places
        self._max_waiting = max_waiting
        self._name = name
        self._waiting: list[tuple[int, int, asyncio.Future[None], Priority, float]] = []
        self._count = 0

    @property
    def in_flight(self) -> int:
        return self._places - self._free

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def readings(self) -> Iterator[Reading]:
        now_s = time.monotonic()
        for priority in Priority:
            arrivals = [entry[4] for entry in self._waiting if entry[3] is priority]
            age_ms = (now_s - min(arrivals)) * 1000 if arrivals else 0.0
            yield reading("queue_waiting", len(arrivals), priority=priority.name)
            yield reading("queue_oldest_ms", age_ms, priority=priority.name)
        yield reading("engine_requests", self.in_flight, state="running")

    @asynccontextmanager
    async def place(self, call: Call) -> AsyncIterator[None]:
        """Hold a place. Raises Overloaded when the queue is full, DeadlineExceeded when the time ends in it."""
        await self._enter(call)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, call: Call) -> None:
        call.deadline.check(f"calling {self._name}")
        if self._free:  # the queue is empty then
            self._free -= 1
            return
        if len(self._waiting) >= self._max_waiting:
            raise Overloaded(f"the queue before {self._name} is full")
        self._count += 1
        turn = asyncio.get_running_loop().create_future()
        urgency = scheduling_priority(call.priority, call.deadline)
        entry = (urgency, self._count, turn, call.priority, time.monotonic())
        self._waiting.append(entry)
        try:
            async with call.deadline.limit(f"waiting for {self._name}"):
                await turn
        except BaseException:
            if entry in self._waiting:
                self._waiting.remove(entry)
            else:  # the place was given at the moment of cancellation: pass it on
                self._leave()
            raise

    def _leave(self) -> None:
        """Give the place to the most urgent waiting call. The queue is short, so a heap is not needed."""
        if not self._waiting:
            self._free += 1
            return
        entry = min(self._waiting)
        self._waiting.remove(entry)
        entry[2].set_result(None)
