"""Admission: who is refused, when, and in which words."""

from __future__ import annotations

import asyncio

import pytest

from deployments.deadline import Deadline
from deployments.errors import Overloaded
from serve_app.flow.work import Work
from tests.unit.benchmarks.lib.virtual_time import run
from tests.unit.serve_app.flow.gate import BULK, Gate


def test_a_full_queue_refuses_at_once_and_each_priority_has_its_own() -> None:
    async def play() -> None:
        gate = Gate(max_in_flight=1, max_waiting=2, retry_after_s=0.5)
        await gate.learn()
        for _ in range(3):
            gate.start("live")
        await asyncio.sleep(0.25)
        before = gate.clock()
        refused = await gate.refused()
        assert gate.clock() == before
        assert refused.shed == "queue_full"
        assert refused.retry_after_s == pytest.approx(3.0, rel=0.1)  # one of each second: two wait, and itself
        gate.start("bulk", BULK)
        results = await gate.all()
        assert results == [None] * 4
        assert gate.metrics.refused == [("Live", "queue_full")]
        assert [wall_ms for _, outcome, wall_ms in gate.metrics.requests if outcome != "OK" or wall_ms < 1000] == []

    run(play())


def test_a_budget_that_cannot_be_met_is_refused_at_once_and_one_that_can_is_not() -> None:
    async def play() -> None:
        gate = Gate(max_in_flight=1)
        await gate.learn()
        gate.start()
        gate.start()
        await asyncio.sleep(0)
        before = gate.clock()
        refused = await gate.refused(
            budget_s=1.5
        )  # before the one that waits; the one in the graph and itself take 2 s
        assert (refused.shed, gate.clock()) == ("budget_too_short", before)
        await gate.one(budget_s=4.0)
        assert gate.metrics.refused == [("Live", "budget_too_short")]

    run(play())


def test_one_that_waits_is_refused_at_its_last_moment_and_not_at_its_deadline() -> None:
    async def play() -> None:
        gate = Gate(max_in_flight=1, adaptive=False)
        await gate.learn()
        gate.start(takes_s=30.0)
        await asyncio.sleep(0)
        before = gate.clock()
        refused = await gate.refused(budget_s=5.0)
        assert refused.shed == "budget_too_short"
        assert gate.clock() - before == pytest.approx(4.0, abs=0.1)
        assert gate.order == [""]  # no stage worked for it

    run(play())


def test_an_idle_graph_takes_a_budget_however_short() -> None:
    async def play() -> None:
        gate = Gate()
        await gate.learn(5.0)
        await gate.one(budget_s=0.1, takes_s=0.1)

    run(play())


def test_before_anything_was_measured_nothing_is_refused_on_a_guess() -> None:
    async def play() -> None:
        gate = Gate(max_in_flight=1)
        for _ in range(5):
            gate.start(budget_s=5.5)
        assert await gate.all() == [None] * 5

    run(play())


def test_a_batch_that_would_take_too_long_is_refused_with_what_would_fit() -> None:
    async def play() -> None:
        gate = Gate(initial_work=16, backfill_share=1.0, max_in_flight=2)
        await gate.learn(2.0)
        works = [Work(8.0)] * 100
        end = Deadline(gate.clock() + 60.0)
        with pytest.raises(
            Overloaded, match=r"100 items would take 100 s now; a batch may take 60 s.* about 60 items"
        ) as e:
            gate.admission.check_batch(works, "Live", end)
        assert e.value.shed == "batch_too_long"
        gate.admission.check_batch(works[:50], "Live", end)
        gate.admission.check_batch(works, "NeverSeen", Deadline(gate.clock() + 110.0))

    run(play())


def test_items_of_a_batch_may_wait_beyond_the_queue() -> None:
    async def play() -> None:
        gate = Gate(max_in_flight=1, max_waiting=0)
        for _ in range(5):
            gate.start(priority=BULK, of_batch=True)
        assert await gate.all() == [None] * 5

    run(play())
