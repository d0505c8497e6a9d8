"""The gate before graphs of several kinds, in simulated time: goodput keeps near the capacity whatever is offered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deployments.types import Priority
from tests.unit.benchmarks.lib.virtual_time import run
from tests.unit.serve_app.flow.simulated import Engine, Load, Server, Simulation, Tally, places, shared

# A graph and its capacity in units a second.
GRAPHS: dict[str, tuple[Callable[[], Server], float, float]] = {
    "eight places": (lambda: places(8, 0.05), 160.0, 1.5),
    "one place": (lambda: places(1, 0.02), 50.0, 1.5),
    "many places": (lambda: places(32, 0.1), 320.0, 3.0),
    "one processor, shared": (lambda: shared(0.005), 200.0, 1.5),
}


def offered(server: Callable[[], Server], load: Load, **knobs: object) -> tuple[Tally, list[float]]:
    async def play() -> tuple[Tally, list[float]]:
        simulation = Simulation(server(), **knobs)
        return await simulation.offer(load), simulation.limits

    return run(play())


@pytest.mark.parametrize(
    ("graph", "times"), [*((graph, 3) for graph in GRAPHS), *(("eight places", times) for times in (1, 2, 4, 8))]
)
def test_goodput_keeps_near_the_capacity(graph: str, times: float) -> None:
    server, capacity, budget_s = GRAPHS[graph]
    tally, _ = offered(server, Load(times * capacity / 8, 30.0, budget_s))
    assert tally.goodput > (0.93 if times > 1 else 0.85) * capacity  # at 1 the arrivals have gaps
    assert tally.cut_share < 0.01


@pytest.mark.parametrize("graph", GRAPHS)
def test_below_the_knee_nothing_is_refused(graph: str) -> None:
    server, capacity, budget_s = GRAPHS[graph]
    tally, _ = offered(server, Load(0.5 * capacity / 8, 60.0, budget_s))
    assert (tally.shed, tally.cut) == (0, 0)


@pytest.mark.parametrize(
    ("units", "share"), [((1.0, 8.0, 8.0, 16.0), 0.85), ((64.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0), 0.6)]
)
def test_mixed_sizes_share_the_graph(units: tuple[float, ...], share: float) -> None:
    """A request as large as a tenth of the graph waits until that much is free, and costs what is idle until then."""
    mean = sum(units) / len(units)
    tally, limits = offered(lambda: places(16, 0.025), Load(2 * 640 / mean, 30.0, 4.0, units, warm_up_s=60.0))
    assert tally.goodput > share * 640
    assert tally.cut_share < 0.03
    assert min(limits) >= 1.0


class Changing:
    """A graph whose number of places changes."""

    def __init__(self, count: int, unit_s: float) -> None:
        self.unit_s = unit_s
        self.count = count
        self.busy = 0
        self.changed = asyncio.Condition()

    async def set(self, count: int) -> None:
        async with self.changed:
            self.count = count
            self.changed.notify_all()

    async def __call__(self, units: float) -> None:
        async with self.changed:
            await self.changed.wait_for(lambda: self.busy < self.count)
            self.busy += 1
        try:
            await asyncio.sleep(units * self.unit_s)
        finally:
            self.busy -= 1
            async with self.changed:
                self.changed.notify()


@pytest.mark.parametrize("counts", [(16, 2, 16), (2, 16, 2)])
def test_it_follows_a_capacity_that_steps_down_and_up(counts: tuple[int, ...]) -> None:
    async def play() -> list[float]:
        graph = Changing(counts[0], 0.05)
        simulation = Simulation(graph)
        shares = []
        for count in counts:
            await graph.set(count)
            capacity = count / 0.05
            tally = await simulation.offer(Load(3 * capacity / 8, 30.0, 2.0, warm_up_s=20.0))
            shares.append(tally.goodput / capacity)
        return shares

    assert min(run(play())) > 0.9


def test_it_follows_a_graph_that_gets_slower_and_faster() -> None:
    async def play() -> list[float]:
        graph = Changing(8, 0.05)
        simulation = Simulation(graph)
        shares = []
        for unit_s in (0.05, 0.15, 0.05):
            graph.unit_s = unit_s
            capacity = 8 / unit_s
            tally = await simulation.offer(Load(3 * capacity / 8, 30.0, 4.0, warm_up_s=20.0))
            shares.append(tally.goodput / capacity)
        return shares

    assert min(run(play())) > 0.9


def test_a_lasting_overload_does_not_let_the_limit_creep() -> None:
    _, limits = offered(lambda: places(8, 0.05), Load(2 * 20, 180.0, 1.5))
    early, late = limits[len(limits) // 6 : len(limits) // 3], limits[-len(limits) // 6 :]
    assert 64 < sum(late) / len(late) < 2.5 * 64
    assert sum(late) / len(late) < 1.2 * sum(early) / len(early)


def test_a_start_far_above_the_capacity_ends_near_it() -> None:
    tally, limits = offered(lambda: places(2, 0.1), Load(4 * 20 / 8, 120.0, 3.0, warm_up_s=60.0), initial_work=2000)
    assert limits[-1] < 100
    assert tally.goodput > 0.9 * 20


def test_an_engine_that_batches_keeps_most_of_what_it_can_do() -> None:
    """Its throughput grows with the requests in it without end, and its latency too: 800 units/s in 0.8 s a request."""
    tally, _ = offered(lambda: Engine(0.02, 0.001), Load(2 * 100, 30.0, 2.0))
    assert tally.goodput > 0.8 * 800
    assert tally.cut_share < 0.01


def test_budgets_hardly_longer_than_the_service_takes_are_met_or_refused() -> None:
    tally, _ = offered(lambda: places(8, 0.05), Load(4 * 20, 60.0, 0.55))
    assert tally.goodput > 0.8 * 160
    assert tally.cut_share < 0.1


def test_realtime_is_served_before_backfill_and_backfill_never_starves() -> None:
    tally, _ = offered(lambda: places(8, 0.05), Load(2 * 20, 90.0, 2.0, backfill=0.5))
    realtime, backfill = (tally.by[p][0] / tally.by[p][1] for p in ("REALTIME", "BACKFILL"))
    assert realtime > 0.75
    assert 0.05 < backfill < 0.3


def test_tenants_share_an_overloaded_graph_and_a_flood_takes_nothing_from_the_quiet() -> None:
    tenants = ("flood",) * 9 + ("quiet",)
    tally, _ = offered(lambda: places(8, 0.05), Load(4 * 20, 90.0, 2.0, tenants=tenants))
    good, asked = tally.by["quiet"]
    assert good / asked > 0.9  # it asks for 0.4 of the capacity, less than its half
    assert tally.goodput > 0.9 * 160


def test_what_waits_does_not_grow_beyond_its_bound() -> None:
    async def play() -> int:
        simulation = Simulation(places(1, 10.0), max_waiting=16)
        waiting = 0
        async with asyncio.TaskGroup() as requests:
            for _ in range(2000):
                await asyncio.sleep(0.01)
                requests.create_task(simulation.request(8, 500.0, Priority.REALTIME, "", Tally()))
                waiting = max(waiting, len(simulation.admission._waiting))
        return waiting

    assert run(play()) == 16


@settings(max_examples=5, deadline=None)
@given(
    count=st.integers(1, 16),
    service_s=st.floats(0.05, 1.0),
    slack=st.floats(4.0, 10.0),
    times=st.sampled_from([2.0, 4.0]),
    seed=st.integers(0, 1000),
)
def test_any_graph_of_places_keeps_its_goodput(
    count: int, service_s: float, slack: float, times: float, seed: int
) -> None:
    unit_s = service_s / 8
    capacity = count / unit_s
    warm_up_s = 40 * service_s + 20
    load = Load(times * capacity / 8, 60 * service_s, slack * service_s, warm_up_s=warm_up_s, seed=seed)
    tally, limits = offered(lambda: places(count, unit_s), load)
    assert tally.goodput > 0.8 * capacity
    assert tally.cut_share < 0.05
    assert min(limits) >= 1.0
