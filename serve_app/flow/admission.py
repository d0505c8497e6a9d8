"""Admission, the gate before the graph: what it can do in time is let in, and the rest is refused at once.

A request starts when its work fits below an adaptive limit (`limit.py`). Until then it waits its turn (`waiting.py`).
It is refused when the queue is full, and as soon as it cannot meet its deadline any more: no stage works for it. With
room at once every request starts: a budget that is short even for an idle graph gets the best answer that it allows.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded, Overloaded
from deployments.types import Priority
from serve_app.access.caller import ANYONE, Caller
from serve_app.flow.knobs import AdmissionKnobs
from serve_app.flow.ledger import Ledger
from serve_app.flow.limit import ConcurrencyLimit
from serve_app.flow.metrics import Metrics
from serve_app.flow.record import current
from serve_app.flow.service_time import ServiceTime
from serve_app.flow.waiting import Ticket, WaitingRoom
from serve_app.flow.work import Work

_MAX_RETRY_AFTER_S: Final = 60.0
# An answer that is not whole after this share of its time has run out of time.
_MOST: Final = 0.5


class Shed(StrEnum):
    """Why a request is refused: the `shed` of an Overloaded, and a tag of the metrics."""

    QUEUE_FULL = "queue_full"
    BUDGET_TOO_SHORT = "budget_too_short"
    BATCH_TOO_LONG = "batch_too_long"
    MEMORY_FULL = "memory_full"
    WATCHES_FULL = "watches_full"


@dataclass(eq=False)
class Place:
    """A request in the graph. ledger: its own. late: its time ran out there."""

    ticket: Ticket
    began_s: float
    units_in_flight: float
    ledger: Ledger
    late: bool = False


class Admission:
    """The gate of one ingress replica."""

    def __init__(self, knobs: AdmissionKnobs, metrics: Metrics, clock: Callable[[], float] = time.monotonic) -> None:
        self._metrics = metrics
        self._clock = clock
        self._knobs = knobs
        self._waiting = WaitingRoom(knobs.backfill_floor)
        self._limit = ConcurrencyLimit(knobs.initial_work)
        self._times = ServiceTime()
        self._units = dict.fromkeys(Priority, 0.0)
        self._count = dict.fromkeys(Priority, 0)
        self._timer: asyncio.TimerHandle | None = None

    def reconfigure(self, knobs: AdmissionKnobs) -> None:
        """Take new knobs at once. What was learned stays."""
        self._knobs = knobs
        self._waiting.backfill_floor = knobs.backfill_floor

    @asynccontextmanager
    async def admit(
        self, rpc: str, work: Work, call: Call, caller: Caller = ANYONE, *, of_batch: bool = False
    ) -> AsyncIterator[Place]:
        """Wait for a place in the graph and hold it. Raises Overloaded: nothing was computed then.

        of_batch: an item of a batch. The caller was charged for it, and it is held anyway: it may wait beyond the end
        of the queue.
        """
        kind = (rpc, work.size_class)
        with caller.charged(0.0 if of_batch else work.units):
            self._metrics.asked(work.units)
            ticket = await self._enter(work, kind, call, caller.tenant, bounded=not of_batch)
            place = Place(ticket, self._clock(), self._units_in_flight, current().ledger)
            try:
                yield place
                self._learn(place)
            except DeadlineExceeded:
                place.late = True
                self._learn(place)
                raise
            finally:
                self._leave(ticket)

    def check_batch(self, works: Sequence[Work], rpc: str, deadline: Deadline) -> None:
        """Raise Overloaded when the items would not be done by the deadline, as far as times are known."""
        left_s = deadline.at_s - self._clock()
        in_turn_s = sum(self._times.mean_s((rpc, work.size_class)) for work in works) / self._knobs.batch_concurrency
        units = sum(work.units for work in works) + self._waiting.lanes[Priority.BACKFILL].units
        shared_s = 0.0
        if self._knobs.adaptive:
            shared_s = units * self._times.unit_s / (self._knobs.backfill_share * self._limit.value)
        needed_s = max(in_turn_s, shared_s)
        if needed_s > left_s:
            raise Overloaded(
                f"{len(works)} items would take {needed_s:.0f} s now; a batch may take {left_s:.0f} s. Send smaller "
                f"batches, of about {max(1, int(len(works) * left_s / needed_s))} items",
                self._retry_after_s(self._waiting.lanes[Priority.BACKFILL].units),
                Shed.BATCH_TOO_LONG,
            )

    @property
    def pressure(self) -> float:
        """Work in the graph and before it, as a share of what the gate lets in; 1 or more where requests must wait."""
        waiting = self._waiting.lanes.values()
        units = self._units_in_flight + sum(lane.units for lane in waiting)
        count = sum(self._count.values()) + len(self._waiting)
        ceiling = self._limit.ceiling(self._clock()) if self._knobs.adaptive else math.inf
        return max(units / ceiling, count / self._knobs.max_in_flight)

    @property
    def _units_in_flight(self) -> float:
        return sum(self._units.values())

    # --- before the graph ---------------------------------------------------------------------------------------------

    async def _enter(self, work: Work, kind: Hashable, call: Call, tenant: str, *, bounded: bool) -> Ticket:
        """Return the ticket once it has started."""
        now_s, deadline_s = self._clock(), call.deadline.at_s
        latest_start_s = deadline_s - self._times.expected_s(kind)
        turn = asyncio.get_running_loop().create_future()
        ticket = Ticket(kind, work, call.priority, tenant, now_s, deadline_s, latest_start_s, turn)
        self._refuse_overdue()
        ahead = self._waiting.ahead(ticket)
        self._waiting.add(ticket)
        self._start_fitting(ticket)
        if ticket.waits and (shed := self._why_not_wait(ticket, ahead, bounded=bounded)):
            self._waiting.remove(ticket)
            self.publish()
            raise self._refusal(shed, ahead + work.units)
        try:
            await turn
        except asyncio.CancelledError:
            if ticket.waits:
                self._waiting.remove(ticket)
            elif not turn.cancelled() and turn.exception() is None:  # the caller left at the moment of its turn
                self._leave(ticket)
            self._pump()
            raise
        current().gate_ms = waited_ms = (self._clock() - now_s) * 1000
        current().units += work.units
        self._metrics.waited(call.priority, waited_ms)
        return ticket

    def _why_not_wait(self, ticket: Ticket, ahead: float, *, bounded: bool) -> Shed | None:
        lane = self._waiting.lanes[ticket.priority]
        if bounded and len(lane) > self._knobs.max_waiting:
            return Shed.QUEUE_FULL
        wait_s = (ahead + ticket.work.units) * self._seconds_per_unit()
        return Shed.BUDGET_TOO_SHORT if ticket.arrived_s + wait_s > ticket.latest_start_s else None

    def _seconds_per_unit(self) -> float:
        """Time in which one unit of work is done, by Little's law; 0 while it is unknown."""
        return self._times.unit_s / max(1.0, self._units_in_flight)

    def _refusal(self, shed: Shed, ahead: float) -> Overloaded:
        words = {
            Shed.QUEUE_FULL: "the queue of this service is full",
            Shed.BUDGET_TOO_SHORT: "under its present load this service cannot answer within the time budget",
        }
        return Overloaded(words[shed], self._retry_after_s(ahead), shed)

    def _retry_after_s(self, ahead: float) -> float:
        """The time that so much work takes, within bounds."""
        return min(_MAX_RETRY_AFTER_S, max(self._knobs.retry_after_s, ahead * self._seconds_per_unit()))

    def _refuse_overdue(self) -> None:
        for ticket in self._waiting.overdue(self._clock()):
            self._refuse(ticket)

    def _refuse(self, ticket: Ticket) -> None:
        """Refuse a ticket that has waited."""
        if not ticket.turn.done():
            ahead = self._waiting.lanes[ticket.priority].units + ticket.work.units
            ticket.turn.set_exception(self._refusal(Shed.BUDGET_TOO_SHORT, ahead))

    def _start_fitting(self, arriving: Ticket | None = None) -> None:
        """Start what fits. What has waited must still have the time that it takes now."""
        now_s = self._clock()
        while ticket := self._waiting.next(*self._room()):
            if ticket.turn.done():  # its caller has left
                continue
            if ticket is not arriving and now_s + self._times.expected_s(ticket.kind) > ticket.deadline_s:
                self._refuse(ticket)
                continue
            self._units[ticket.priority] += ticket.work.units
            self._count[ticket.priority] += 1
            ticket.turn.set_result(None)
        self.publish()

    def _room(self) -> tuple[float, float]:
        """Units that may start, and of BACKFILL. A single request may always start, however large."""
        ceiling = self._limit.ceiling(self._clock()) if self._knobs.adaptive else math.inf
        share = self._knobs.backfill_share
        return (
            _room(ceiling, self._knobs.max_in_flight, self._units_in_flight, sum(self._count.values())),
            _room(
                share * ceiling,
                max(1, int(share * self._knobs.max_in_flight)),
                self._units[Priority.BACKFILL],
                self._count[Priority.BACKFILL],
            ),
        )

    def _pump(self) -> None:
        self._refuse_overdue()
        self._start_fitting()

    # --- in the graph -------------------------------------------------------------------------------------------------

    def _leave(self, ticket: Ticket) -> None:
        self._units[ticket.priority] -= ticket.work.units
        self._count[ticket.priority] -= 1
        if not self._count[ticket.priority]:
            self._units[ticket.priority] = 0.0  # without what rounding has left
        self._pump()

    def _learn(self, place: Place) -> None:
        """Learn from an answer: how long it took, or that its time was too short."""
        now_s = self._clock()
        seconds = now_s - place.began_s
        partial = place.late or place.ledger.cut_short
        # What is missing in an answer that came early, time has not cost.
        missed = partial and seconds > _MOST * (place.ticket.deadline_s - place.began_s)
        if partial and not missed:
            return
        units = place.ticket.work.units
        if not missed or seconds > self._times.mean_s(place.ticket.kind):
            self._times.observe(place.ticket.kind, units, seconds)
        in_flight = max(place.units_in_flight, self._units_in_flight)
        limited = len(self._waiting) > 0 and sum(self._count.values()) < self._knobs.max_in_flight
        self._limit.observe(place.ticket.kind, units, seconds, in_flight, now_s, limited=limited, missed=missed)

    def publish(self) -> None:
        """Set the gauges, and the timer for the next ticket that waits too long."""
        now_s = self._clock()
        self._metrics.in_flight(sum(self._count.values()))
        self._metrics.work(self._limit.value, self._units_in_flight)
        for priority, lane in self._waiting.lanes.items():
            oldest_s = lane.oldest_s()
            self._metrics.waiting(priority, len(lane), 0.0 if oldest_s is None else (now_s - oldest_s) * 1000)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        overdue_s = self._waiting.next_overdue_s()
        if overdue_s is not None:
            self._timer = asyncio.get_running_loop().call_later(max(0.0, overdue_s - now_s) + 1e-3, self._pump)


def _room(units: float, count: int, units_in_flight: float, in_flight: int) -> float:
    """The units that may start below both bounds; a single request always may."""
    if in_flight >= count:
        return -1.0
    return units - units_in_flight if in_flight else math.inf
