"""Whose turn it is: priorities, tenants, deadlines, and nobody starves."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.types import Priority
from serve_app.flow.waiting import Ticket, WaitingRoom
from serve_app.flow.work import Work

LIVE, BULK = Priority.REALTIME, Priority.BACKFILL
Make = Callable[..., Ticket]


@pytest.fixture(scope="module")
def loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


@pytest.fixture(scope="module")
def ticket(loop: asyncio.AbstractEventLoop) -> Make:
    def make(
        units: float = 8.0, priority: Priority = LIVE, tenant: str = "", deadline_s: float = 10.0, latest_s: float = 9.0
    ) -> Ticket:
        return Ticket("kind", Work(units), priority, tenant, 0.0, deadline_s, latest_s, loop.create_future())

    return make


def room(*tickets: Ticket, floor: float = 0.1) -> WaitingRoom:
    waiting = WaitingRoom(floor)
    for one in tickets:
        waiting.add(one)
    return waiting


def started(waiting: WaitingRoom, units: float = math.inf, backfill: float = math.inf) -> list[Ticket]:
    """Every ticket that starts, in its order."""
    out = []
    while one := waiting.next(units, backfill):
        out.append(one)
    return out


def test_realtime_goes_before_backfill(ticket: Make) -> None:
    bulk, live = ticket(priority=BULK), ticket()
    assert started(room(bulk, live)) == [live, bulk]


def test_the_earliest_deadline_goes_first_and_equal_ones_in_their_order(ticket: Make) -> None:
    late, first, second, soon = (ticket(deadline_s=d) for d in (30, 20, 20, 10))
    assert started(room(late, first, second, soon)) == [soon, first, second, late]


def test_backfill_gets_its_share_whatever_realtime_asks(ticket: Make) -> None:
    waiting = room(*(ticket(priority=BULK) for _ in range(40)), floor=0.1)
    order = []
    for _ in range(200):  # as fast as one starts, another one comes
        waiting.add(ticket())
        one = waiting.next(math.inf, math.inf)
        assert one is not None
        order.append(one.priority)
    assert 18 <= order.count(BULK) <= 22
    assert max(len(run) for run in "".join("b" if p is BULK else "r" for p in order).split("b")) <= 10


def test_large_backfill_gets_its_turn_too(ticket: Make) -> None:
    large = ticket(64.0, BULK)
    waiting = room(large)
    for _ in range(64 * 9 + 2):  # 64 units are a tenth of that much work
        waiting.add(ticket(1.0))
        waiting.next(math.inf, math.inf)
        if not large.waits:
            return
    pytest.fail("it never started")


def test_tenants_get_the_same_work_and_not_the_same_number(ticket: Make) -> None:
    many = [ticket(2.0, tenant="small") for _ in range(200)]
    few = [ticket(16.0, tenant="large") for _ in range(200)]
    work = Counter[str]()
    waiting = room(*many, *few)
    while sum(work.values()) < 320:
        one = waiting.next(math.inf, math.inf)
        assert one is not None
        work[one.tenant] += int(one.work.units)
    assert abs(work["small"] - work["large"]) <= 16


def test_a_flood_of_one_tenant_does_not_delay_another(ticket: Make) -> None:
    waiting = room(*(ticket(tenant="flood", deadline_s=1.0) for _ in range(100)))
    started_first = waiting.next(math.inf, math.inf)
    assert started_first is not None
    quiet = ticket(tenant="quiet", deadline_s=60.0)
    assert waiting.ahead(quiet) <= 8.0
    waiting.add(quiet)
    assert quiet in [waiting.next(math.inf, math.inf) for _ in range(2)]


def test_coming_and_going_earns_nothing(ticket: Make) -> None:
    waiting = room(*(ticket(tenant="steady") for _ in range(100)))
    work = Counter[str]()
    for _ in range(60):
        waiting.add(ticket(tenant="hops"))  # its queue is empty after each of its turns
        one = waiting.next(math.inf, math.inf)
        assert one is not None
        work[one.tenant] += 1
    assert 28 <= work["steady"] <= 32


def test_what_does_not_fit_is_not_overtaken(ticket: Make) -> None:
    large, small = ticket(64.0, deadline_s=1.0), ticket(1.0, deadline_s=2.0)
    waiting = room(large, small)
    assert waiting.next(63.0, math.inf) is None
    assert started(waiting, 64.0) == [large, small]


def test_backfill_beyond_its_room_lets_realtime_pass(ticket: Make) -> None:
    bulk, live = ticket(priority=BULK), ticket()
    waiting = room(bulk, live)
    assert started(waiting, backfill=0.0) == [live]
    assert started(waiting) == [bulk]


def test_who_waits_too_long_is_found_in_the_order_of_their_last_moments(ticket: Make) -> None:
    waiting = room(*(ticket(latest_s=s) for s in (3.0, 1.0, 2.0)))
    assert [t.latest_start_s for t in waiting.overdue(2.5)] == [1.0, 2.0]
    assert len(waiting) == 1
    assert waiting.next_overdue_s() == 3.0


def test_what_is_ahead_of_realtime_is_what_is_more_urgent(ticket: Make) -> None:
    waiting = room(*(ticket(deadline_s=d) for d in (1, 2, 3, 4)), *(ticket(priority=BULK) for _ in range(9)))
    assert waiting.ahead(ticket(deadline_s=2.5)) == 16.0
    assert waiting.ahead(ticket(deadline_s=9)) == 32.0
    assert waiting.ahead(ticket(priority=BULK, deadline_s=99)) == 32.0 + 72.0


@given(
    operations=st.lists(
        st.one_of(
            st.tuples(
                st.just("add"),
                st.sampled_from([1.0, 8.0, 64.0]),
                st.sampled_from(list(Priority)),
                st.sampled_from("abc"),
                st.floats(0, 50),
            ),
            st.tuples(st.just("next"), st.floats(0, 100), st.floats(0, 100)),
            st.tuples(st.just("leave"), st.integers(0, 10)),
            st.tuples(st.just("overdue"), st.floats(0, 50)),
        ),
        max_size=200,
    )
)
def test_every_ticket_leaves_once_and_the_counts_hold(operations: list[tuple], ticket: Make) -> None:
    waiting = WaitingRoom(0.1)
    inside: list[Ticket] = []
    for name, *args in operations:
        if name == "add":
            units, priority, tenant, deadline_s = args
            one = ticket(units, priority, tenant, deadline_s, deadline_s - 1)
            waiting.add(one)
            inside.append(one)
        elif name == "next" and (taken := waiting.next(*args)):
            assert taken.work.units <= args[0]
            inside.remove(taken)
        elif name == "leave" and len(inside) > args[0]:
            waiting.remove(inside.pop(args[0]))
        elif name == "overdue":
            for late in waiting.overdue(args[0]):
                inside.remove(late)
        assert len(waiting) == len(inside)
        assert all(t.waits for t in inside)
        for priority, lane in waiting.lanes.items():
            own = [t for t in inside if t.priority is priority]
            assert len(lane) == len(own)
            assert lane.units == pytest.approx(sum(t.work.units for t in own))
            assert lane.oldest_s() == (0.0 if own else None)
    assert sorted(t.number for t in started(waiting)) == sorted(t.number for t in inside)


def test_memory_is_bounded_however_many_tenants_come(ticket: Make) -> None:
    waiting = room(ticket(tenant="stays", deadline_s=1e9))
    for n in range(20_000):
        waiting.add(ticket(tenant=f"t{n}"))
        waiting.next(math.inf, math.inf)
    lane = waiting.lanes[LIVE]
    assert len(lane._finish) <= 1024
    assert len(lane) == 1
