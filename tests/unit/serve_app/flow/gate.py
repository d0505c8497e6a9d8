"""A gate, and requests at it, in simulated time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from deployments.deadline import Call, Deadline
from deployments.errors import Overloaded
from deployments.types import Priority
from serve_app.flow.admission import Admission
from serve_app.flow.journal import Journal
from serve_app.flow.knobs import AdmissionKnobs, LogKnobs
from serve_app.flow.metrics import NoMetrics
from serve_app.flow.work import Work

LIVE, BULK = Priority.REALTIME, Priority.BACKFILL


class Recorded(NoMetrics):
    def __init__(self) -> None:
        self.requests: list[tuple[str, str, float]] = []
        self.refused: list[tuple[str, str]] = []
        self.counts: list[int] = []
        self.queue: dict[Priority, tuple[int, float]] = {}
        self.waits: list[float] = []
        self.demand: list[tuple[str, float]] = []

    def asked(self, units: float) -> None:
        self.demand.append(("asked", units))

    def whole(self, units: float, seconds: float, timings: Any) -> None:
        self.demand.append((f"answered after {seconds:.0f} s", units))

    def request(self, rpc: str, outcome: str, wall_ms: float) -> None:
        self.requests.append((rpc, outcome, round(wall_ms)))

    def shed(self, rpc: str, reason: str) -> None:
        self.refused.append((rpc, reason))

    def in_flight(self, count: int) -> None:
        self.counts.append(count)

    def waiting(self, priority: Priority, count: int, oldest_ms: float) -> None:
        self.queue[priority] = count, round(oldest_ms)

    def waited(self, priority: Priority, wait_ms: float) -> None:
        self.waits.append(round(wait_ms))


class Gate:
    """A gate, and requests at it that each take a second in the graph."""

    def __init__(self, **knobs: Any) -> None:
        self.clock = asyncio.get_running_loop().time
        self.metrics = Recorded()
        self.admission = Admission(AdmissionKnobs.model_validate(knobs), self.metrics, self.clock)
        self.journal = Journal(self.metrics, LogKnobs(), self.clock)
        self.order: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def one(
        self,
        name: str = "",
        priority: Priority = LIVE,
        units: float = 8.0,
        budget_s: float = 60.0,
        *,
        takes_s: float = 1.0,
        of_batch: bool = False,
    ) -> None:
        call = Call(Deadline(self.clock() + budget_s), priority)
        with self.journal.request("Live"):
            async with self.admission.admit("Live", Work(units), call, of_batch=of_batch):
                self.order.append(name)
                await asyncio.sleep(takes_s)

    def start(self, *args: Any, **kwargs: Any) -> asyncio.Task[None]:
        task = asyncio.create_task(self.one(*args, **kwargs))
        self.tasks.append(task)
        return task

    async def learn(self, seconds: float = 1.0) -> None:
        """Let it measure how long a request takes."""
        for _ in range(20):
            await self.one(takes_s=seconds)
        self.order.clear()

    async def refused(self, *args: Any, **kwargs: Any) -> Overloaded:
        with pytest.raises(Overloaded) as caught:
            await self.one(*args, **kwargs)
        return caught.value

    async def all(self) -> list[Any]:
        return await asyncio.gather(*self.tasks, return_exceptions=True)
