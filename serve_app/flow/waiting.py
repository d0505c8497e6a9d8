"""The queue before the graph: whose turn is next. Pure: it has no clock and no bound of its own.

- REALTIME goes before BACKFILL. While BACKFILL waits it earns a share of the work that is started, so that it never
  starves.
- Inside a priority the flows (tenants) share the work that is started, by start-time fair queueing (Goyal, Vin and
  Cheng, 1996): the flow with the earliest virtual start is served, and its next request starts that much work later.
- Inside a flow the earliest deadline goes first.

Tickets and flows are in sorted lists: O(log n) comparisons and one move of memory each.
"""

from __future__ import annotations

import itertools
import zlib
from asyncio import Future
from bisect import bisect_left, insort
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from deployments.types import Priority
from serve_app.flow.work import Work

# Tenants beyond this number share flows (stochastic fairness queueing, McKenney 1990): memory is bounded, whatever
# callers name themselves.
_FLOWS: Final = 1024
_numbers = itertools.count()


@dataclass(eq=False)
class Ticket:
    """A request before the graph. Times on one monotonic clock, in seconds.

    kind: of requests that take about as long. latest_start_s: started later, it would not meet its deadline. turn: done
    when it starts, failed when it is refused.
    """

    kind: Hashable
    work: Work
    priority: Priority
    tenant: str
    arrived_s: float
    deadline_s: float
    latest_start_s: float
    turn: Future[None]
    waits: bool = False
    number: int = field(default_factory=lambda: next(_numbers))

    @cached_property
    def flow(self) -> int:
        return zlib.crc32(self.tenant.encode()) % _FLOWS

    @property
    def urgency(self) -> tuple[float, int]:
        return self.deadline_s, self.number


class _Flow:
    """The waiting tickets of one tenant, most urgent first."""

    def __init__(self, key: int, start: float) -> None:
        self.key = key
        self.start = start
        self.tickets: list[tuple[tuple[float, int], Ticket]] = []
        self.units = 0.0

    def rank(self, ticket: Ticket) -> int:
        return bisect_left(self.tickets, ticket.urgency, key=lambda entry: entry[0])

    def add(self, ticket: Ticket) -> None:
        self.tickets.insert(self.rank(ticket), (ticket.urgency, ticket))
        self.units += ticket.work.units

    def remove(self, ticket: Ticket) -> None:
        del self.tickets[self.rank(ticket)]
        self.units -= ticket.work.units


class Lane:
    """The waiting tickets of one priority."""

    def __init__(self) -> None:
        self.units = 0.0
        self._arrived: dict[Ticket, None] = {}
        self._flows: dict[int, _Flow] = {}
        self._order: list[tuple[float, int]] = []  # (virtual start, flow)
        self._finish: dict[int, float] = {}  # of flows that have nothing waiting, while it is ahead of the virtual time
        self._virtual_time = 0.0

    def __len__(self) -> int:
        return len(self._arrived)

    def oldest_s(self) -> float | None:
        """When the ticket that has waited longest arrived."""
        return next(iter(self._arrived)).arrived_s if self._arrived else None

    def first(self) -> Ticket | None:
        return self._flows[self._order[0][1]].tickets[0][1] if self._order else None

    def add(self, ticket: Ticket) -> None:
        flow = self._flows.get(ticket.flow)
        if flow is None:
            start = max(self._virtual_time, self._finish.pop(ticket.flow, 0.0))
            flow = self._flows[ticket.flow] = _Flow(ticket.flow, start)
            insort(self._order, (start, flow.key))
        flow.add(ticket)
        self._arrived[ticket] = None
        self.units += ticket.work.units

    def take(self, ticket: Ticket) -> None:
        """Remove the first ticket, because it starts."""
        flow = self._flows[ticket.flow]
        self._virtual_time = flow.start
        self._move(flow, flow.start + ticket.work.units)
        self.remove(ticket)

    def remove(self, ticket: Ticket) -> None:
        """Remove any ticket, because it will not start."""
        flow = self._flows[ticket.flow]
        flow.remove(ticket)
        del self._arrived[ticket]
        self.units -= ticket.work.units
        if not flow.tickets:
            self._move(flow, None)
            del self._flows[flow.key]
            self._finish[flow.key] = flow.start
        if not self._arrived:
            self.units = 0.0  # without what rounding has left
            self._finish.clear()
            self._virtual_time = 0.0

    def ahead(self, ticket: Ticket) -> float:
        """The work that will start before a ticket that is not waiting yet.

        It is what is more urgent in its flow, and as much in each other flow.
        """
        flow = self._flows.get(ticket.flow)
        own = flow.units * flow.rank(ticket) / len(flow.tickets) if flow else 0.0
        others = len(self._flows) - (flow is not None)
        return min(self.units, own + (own + ticket.work.units) * others)

    def _move(self, flow: _Flow, start: float | None) -> None:
        del self._order[bisect_left(self._order, (flow.start, flow.key))]
        if start is not None:
            flow.start = start
            insort(self._order, (start, flow.key))


class WaitingRoom:
    """Both lanes. `backfill_floor`: the share of the started work that BACKFILL gets while it waits."""

    def __init__(self, backfill_floor: float) -> None:
        self.backfill_floor = backfill_floor
        self.lanes = {priority: Lane() for priority in Priority}
        self._credit = 0.0
        self._latest: list[tuple[float, int, Ticket]] = []

    def __len__(self) -> int:
        return len(self._latest)

    def add(self, ticket: Ticket) -> None:
        ticket.waits = True
        self.lanes[ticket.priority].add(ticket)
        insort(self._latest, (ticket.latest_start_s, ticket.number, ticket))

    def remove(self, ticket: Ticket) -> None:
        """Remove a ticket that will not start."""
        self.lanes[ticket.priority].remove(ticket)
        self._forget(ticket)

    def next(self, room: float, backfill_room: float) -> Ticket | None:
        """Remove and return the ticket whose turn it is, when its work fits.

        What does not fit is not overtaken, or large requests would never start. room: units that may start;
        backfill_room: the same of BACKFILL.
        """
        realtime, backfill = self.lanes[Priority.REALTIME].first(), self.lanes[Priority.BACKFILL].first()
        if backfill is not None and backfill.work.units > backfill_room:
            backfill = None
        due = backfill is not None and (realtime is None or self._credit >= backfill.work.units)
        ticket = backfill if due else realtime
        if ticket is None or ticket.work.units > room:
            return None
        self._earn(ticket)
        self.lanes[ticket.priority].take(ticket)
        self._forget(ticket)
        return ticket

    def overdue(self, now_s: float) -> Iterator[Ticket]:
        """Remove and return the tickets that have waited too long to meet their deadline."""
        while self._latest and self._latest[0][0] < now_s:
            ticket = self._latest[0][2]
            self.remove(ticket)
            yield ticket

    def next_overdue_s(self) -> float | None:
        return self._latest[0][0] if self._latest else None

    def ahead(self, ticket: Ticket) -> float:
        """The work that will start before a ticket that is not waiting yet."""
        before = self.lanes[Priority.REALTIME].units if ticket.priority is Priority.BACKFILL else 0.0
        return before + self.lanes[ticket.priority].ahead(ticket)

    def _earn(self, started: Ticket) -> None:
        waiting = self.lanes[Priority.BACKFILL].first()
        if waiting is None:
            self._credit = 0.0
        elif started.priority is Priority.REALTIME:
            earned = started.work.units * self.backfill_floor / (1 - self.backfill_floor)
            self._credit = min(self._credit + earned, waiting.work.units)
        else:
            self._credit = max(0.0, self._credit - started.work.units)

    def _forget(self, ticket: Ticket) -> None:
        ticket.waits = False
        del self._latest[bisect_left(self._latest, (ticket.latest_start_s, ticket.number))]
