"""Admission: who starts and who waits, and what is counted."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded
from serve_app.flow.knobs import AdmissionKnobs
from serve_app.flow.work import Work
from tests.unit.benchmarks.lib.virtual_time import run
from tests.unit.serve_app.flow.gate import BULK, LIVE, Gate


def test_what_does_not_fit_waits_and_starts_by_priority_and_deadline() -> None:
    async def play() -> None:
        gate = Gate(max_in_flight=1)
        gate.start("first")
        await asyncio.sleep(0)
        for name, priority, budget_s in (("bulk", BULK, 20), ("late", LIVE, 50), ("soon", LIVE, 10)):
            gate.start(name, priority, budget_s=budget_s)
        await asyncio.sleep(0.5)
        assert gate.metrics.queue == {LIVE: (2, 0), BULK: (1, 0)}
        await gate.all()
        assert gate.order == ["first", "soon", "late", "bulk"]
        assert gate.metrics.waits == [0, 1000, 2000, 3000]
        assert gate.metrics.queue == {LIVE: (0, 0), BULK: (0, 0)}
        assert gate.metrics.counts[-1] == 0

    run(play())


def test_backfill_leaves_room_for_realtime() -> None:
    async def play() -> None:
        gate = Gate(max_in_flight=4, backfill_share=0.5)
        for _ in range(4):
            gate.start("bulk", BULK)
        await asyncio.sleep(0.5)
        assert gate.metrics.counts[-1] == 2
        before = gate.clock()
        await gate.one("live")
        assert gate.clock() - before == 1.0
        await gate.all()

    run(play())


@pytest.mark.parametrize("share", [0.01, 0.5])
def test_the_smallest_share_of_backfill_is_one_request(share: float) -> None:
    async def play() -> None:
        gate = Gate(max_in_flight=1, backfill_share=share)
        await gate.one("bulk", BULK, units=1000.0)
        assert gate.order == ["bulk"]

    run(play())


def test_a_request_larger_than_the_limit_runs_alone() -> None:
    async def play() -> None:
        gate = Gate(initial_work=8)
        gate.start("small")
        gate.start("huge", units=500.0)
        gate.start("next")
        await asyncio.sleep(0.5)
        assert gate.metrics.counts[-1] == 1
        await gate.all()
        assert gate.order == ["small", "huge", "next"]

    run(play())


def test_a_caller_that_leaves_the_queue_leaves_nothing_behind() -> None:
    async def play() -> None:
        gate = Gate(max_in_flight=1)
        gate.start("first")
        await asyncio.sleep(0)
        leaving = gate.start("leaves")
        gate.start("last")
        await asyncio.sleep(0.5)
        leaving.cancel()
        await gate.all()
        assert gate.order == ["first", "last"]
        assert gate.metrics.requests == [
            ("Live", "CANCELLED", 500), ("Live", "OK", 1000), ("Live", "OK", 2000),
        ]  # fmt: skip
        assert gate.metrics.counts[-1] == 0

    run(play())


@pytest.mark.parametrize("turns", range(6))
def test_a_caller_that_leaves_at_the_moment_of_its_turn_gives_its_place_back(turns: int) -> None:
    async def play() -> None:
        gate = Gate(max_in_flight=1)
        gate.start("first")
        await asyncio.sleep(0)
        leaving = gate.start("leaves")
        gate.start("last")
        await asyncio.sleep(1.0)  # the first ends at this instant
        for _ in range(turns):
            await asyncio.sleep(0)
        leaving.cancel()
        await gate.all()
        assert gate.order[-1] == "last"
        assert gate.clock() <= 2.0
        assert gate.metrics.counts[-1] == 0

    run(play())


def test_new_knobs_hold_at_once() -> None:
    async def play() -> None:
        gate = Gate(max_in_flight=1, max_waiting=0)
        gate.start()
        await asyncio.sleep(0)
        await gate.refused()
        gate.admission.reconfigure(AdmissionKnobs(max_in_flight=2, max_waiting=0))
        gate.start()
        await asyncio.sleep(0)
        await gate.refused()
        assert await gate.all() == [None, None]

    run(play())


def test_without_the_adaptive_limit_the_number_of_requests_is_the_bound() -> None:
    async def play() -> None:
        gate = Gate(adaptive=False, initial_work=1, max_in_flight=20, max_waiting=0)
        for _ in range(20):
            gate.start(units=64.0)
        await asyncio.sleep(0)
        assert (await gate.refused()).shed == "queue_full"
        assert await gate.all() == [None] * 20

    run(play())


@pytest.mark.parametrize(
    "error", [DeadlineExceeded("spent"), asyncio.CancelledError(), GeneratorExit(), ZeroDivisionError()], ids=repr
)
def test_an_error_passes_and_gives_the_place_back(error: BaseException) -> None:
    async def play() -> None:
        gate = Gate()
        with suppress(type(error)):
            async with gate.admission.admit("Live", Work(8.0), Call(Deadline(gate.clock() + 9))):
                await asyncio.sleep(0.25)
                raise error
        assert gate.metrics.counts[-1] == 0

    run(play())


def test_the_time_at_the_gate_is_in_the_record() -> None:
    async def play() -> None:
        gate = Gate(max_in_flight=1)
        gate.start()
        await asyncio.sleep(0)
        with gate.journal.request("Live") as record:
            async with gate.admission.admit("Live", Work(8.0), Call(Deadline(gate.clock() + 9))):
                assert record.gate_ms == pytest.approx(1000)

    run(play())


def test_its_gauges_can_be_set_again_while_nothing_happens() -> None:
    async def play() -> None:
        gate = Gate(max_in_flight=1)
        gate.start()
        gate.start()
        await asyncio.sleep(0.5)
        gate.metrics.queue.clear()
        gate.admission.publish()
        assert gate.metrics.queue[LIVE] == (1, 500)
        assert await gate.all() == [None, None]

    run(play())


async def test_demand_is_what_asked_also_what_was_refused() -> None:
    """The autoscaler sees the load that the gate sheds."""
    gate = Gate(max_in_flight=1, max_waiting=0, adaptive=False)
    gate.start(units=8.0)
    await asyncio.sleep(0)
    await gate.refused(units=3.0)
    await gate.all()
    assert gate.metrics.demand == [("asked", 8.0), ("asked", 3.0), ("answered after 1 s", 8.0)]
