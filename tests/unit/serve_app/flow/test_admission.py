"""The gate: who starts, who waits, who is refused and in which words; what is counted. In simulated time."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded, InvalidInput, Overloaded
from deployments.types import Priority
from serve_app.flow.admission import Admission
from serve_app.flow.knobs import AdmissionKnobs
from serve_app.flow.metrics import NoMetrics
from serve_app.flow.work import Work
from tests.unit.benchmarks.lib.virtual_time import run

LIVE, BULK = Priority.REALTIME, Priority.BACKFILL


class Recorded(NoMetrics):
    def __init__(self) -> None:
        self.requests: list[tuple[str, str, float]] = []
        self.refused: list[tuple[str, str]] = []
        self.counts: list[int] = []
        self.queue: dict[Priority, tuple[int, float]] = {}
        self.waits: list[float] = []

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
        megabytes: int = 0,
        bounded: bool = True,
    ) -> None:
        call = Call(Deadline(self.clock() + budget_s), priority)
        async with self.admission.admit("Live", Work(units, megabytes * 2**20), call, bounded=bounded):
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


def test_pictures_that_wait_are_bounded_by_their_bytes() -> None:
    async def play() -> None:
        gate = Gate(max_in_flight=1, max_waiting_mib=10)
        gate.start()
        await asyncio.sleep(0)
        gate.start(megabytes=6)
        await asyncio.sleep(0)
        assert (await gate.refused(megabytes=6)).shed == "queue_full"
        gate.start(megabytes=3)
        assert await gate.all() == [None] * 3

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
    ("error", "outcome"),
    [
        (DeadlineExceeded("spent"), DeadlineExceeded.reason),
        (InvalidInput([]), InvalidInput.reason),
        (Overloaded("a stage is full"), Overloaded.reason),
        (asyncio.CancelledError(), "CANCELLED"),
        (GeneratorExit(), "CANCELLED"),
        (ZeroDivisionError(), "INTERNAL"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_passes_and_is_counted_by_its_kind_with_its_time(error: BaseException, outcome: str) -> None:
    async def play() -> None:
        gate = Gate()
        with suppress(type(error)):
            async with gate.admission.admit("Live", Work(8.0), Call(Deadline(gate.clock() + 9))):
                await asyncio.sleep(0.25)
                raise error
        assert gate.metrics.requests == [("Live", outcome, 250)]
        assert gate.metrics.refused == []
        assert gate.metrics.counts[-1] == 0

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
            gate.start(priority=BULK, bounded=False)
        assert await gate.all() == [None] * 5

    run(play())
