"""When there is nothing more to see of a fault, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from benchmarks.chaos.watch import FaultWatch
from benchmarks.lib.fates import Fate, Judgement
from benchmarks.lib.open_loop import Sample
from tests.unit.benchmarks.lib.virtual_time import run

BUDGET_MS = 1000


def ends_at(settled_s: float | None, fate: Callable[[float], Fate], longest_s: float = 45.0) -> float:
    """When a watch ends whose fault strikes at 4 s, with ten requests a second that have these fates by their time."""

    async def watch() -> float:
        watching = FaultWatch(BUDGET_MS, frozenset([Fate.GOOD]), 3.0, longest_s)
        for n in range(10_000):
            now_s = n / 10
            watching.struck_s, watching.acted = (4.0, True) if now_s >= 4.0 else (None, False)
            watching.settled_s = settled_s if settled_s is not None and now_s >= settled_s else None
            watching.saw(Sample(n, now_s, now_s, now_s + 0.1, Judgement(fate(now_s)).reply()))
            if watching.enough():
                return watching.now_s()
            await asyncio.sleep(0.1)
        raise AssertionError("never ended")

    return run(watch())


def test_a_fault_without_effect_is_watched_for_a_while() -> None:
    assert 12.0 <= ends_at(4.5, lambda _: Fate.GOOD) <= 12.3


def test_it_goes_on_until_requests_are_good_again() -> None:
    end_s = ends_at(5.0, lambda at: Fate.LOST if 4.0 <= at < 20.0 else Fate.GOOD)
    assert 23.8 <= end_s <= 24.4  # a window of 3 s, and a budget for what is under way


def test_it_goes_on_until_everything_is_replaced() -> None:
    assert ends_at(30.0, lambda _: Fate.GOOD) >= 30.0


def test_it_ends_when_the_fault_has_had_its_time() -> None:
    assert 24.0 <= ends_at(None, lambda _: Fate.LOST, longest_s=20.0) <= 24.2
