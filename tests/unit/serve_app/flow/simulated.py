"""A graph in simulated time behind the gate, and load on it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded, Overloaded
from deployments.types import Priority
from serve_app.access.caller import Caller
from serve_app.flow.admission import Admission
from serve_app.flow.knobs import AdmissionKnobs
from serve_app.flow.metrics import NoMetrics
from serve_app.flow.work import Work

Server = Callable[[float], Awaitable[None]]
"""Does so many units of work."""


def places(count: int, unit_s: float) -> Server:
    """A stage with so many places; a request holds one for its units in turn."""
    free = asyncio.Semaphore(count)

    async def serve(units: float) -> None:
        async with free:
            await asyncio.sleep(units * unit_s)

    return serve


def shared(unit_s: float) -> Server:
    """One processor that all requests share evenly."""
    processor = asyncio.Semaphore(1)

    async def serve(units: float) -> None:
        for _ in range(round(units)):
            async with processor:
                await asyncio.sleep(unit_s)

    return serve


class Engine:
    """An engine with continuous batching: a step gets slower with every request in it, but does one for each."""

    def __init__(self, step_s: float, per_request_s: float) -> None:
        self.step_s = step_s
        self.per_request_s = per_request_s
        self.running = 0

    async def __call__(self, units: float) -> None:
        self.running += 1
        try:
            for _ in range(round(units)):
                await asyncio.sleep(self.step_s + self.per_request_s * self.running)
        finally:
            self.running -= 1


@dataclass
class Tally:
    """What became of the requests that arrived after the warm-up."""

    seconds: float = 0.0
    offered: int = 0
    good: int = 0
    good_units: float = 0.0
    cut: int = 0
    shed: int = 0
    waits_s: list[float] = field(default_factory=list)
    by: dict[str, list[int]] = field(default_factory=dict)
    """[good, offered] by tenant or priority."""

    @property
    def goodput(self) -> float:
        """Units a second."""
        return self.good_units / self.seconds

    @property
    def shed_share(self) -> float:
        return self.shed / max(1, self.offered)

    @property
    def cut_share(self) -> float:
        """Of what was let in."""
        return self.cut / max(1, self.offered - self.shed)


@dataclass(frozen=True)
class Load:
    """Independent arrivals. rate: requests a second. units: sizes to choose from."""

    rate: float
    seconds: float
    budget_s: float = 1.0
    units: Sequence[float] = (8.0,)
    backfill: float = 0.0
    tenants: Sequence[str] = ("",)
    warm_up_s: float = 20.0
    seed: int = 1


class Simulation:
    """The gate before a server."""

    def __init__(self, server: Server, **knobs: object) -> None:
        self.server = server
        self.clock = asyncio.get_running_loop().time
        self.admission = Admission(AdmissionKnobs.model_validate(knobs), NoMetrics(), self.clock)
        self.limits: list[float] = []

    async def offer(self, load: Load) -> Tally:
        draw = random.Random(load.seed)
        tally = Tally(load.seconds)
        began = self.clock()
        due_s, end_s = 0.0, load.warm_up_s + load.seconds
        async with asyncio.TaskGroup() as requests:
            while (due_s := due_s + draw.expovariate(load.rate)) < end_s:
                await asyncio.sleep(began + due_s - self.clock())
                self.limits.append(self.admission._limit.value)
                priority = Priority.BACKFILL if draw.random() < load.backfill else Priority.REALTIME
                counted = tally if due_s >= load.warm_up_s else Tally()
                requests.create_task(
                    self.request(draw.choice(load.units), load.budget_s, priority, draw.choice(load.tenants), counted)
                )
        return tally

    async def request(self, units: float, budget_s: float, priority: Priority, tenant: str, tally: Tally) -> None:
        arrived_s = self.clock()
        tally.offered += 1
        groups = [tally.by.setdefault(key, [0, 0]) for key in (tenant, priority.name)]
        for group in groups:
            group[1] += 1
        deadline = Deadline(arrived_s + budget_s)
        try:
            async with self.admission.admit("Generate", Work(units), Call(deadline, priority), Caller(tenant)):
                tally.waits_s.append(self.clock() - arrived_s)
                try:
                    async with asyncio.timeout_at(deadline.at_s):
                        await self.server(units)
                except TimeoutError:
                    raise DeadlineExceeded("late") from None
        except Overloaded:
            tally.shed += 1
        except DeadlineExceeded:
            tally.cut += 1
        else:
            tally.good += 1
            tally.good_units += units
            for group in groups:
                group[0] += 1
