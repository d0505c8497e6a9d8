"""Starts on a fleet, where each is for itself, and on one machine, whose cores they share."""

from __future__ import annotations

from benchmarks.simulate.starts import Starts


def ready_at(starts: Starts, dt: float = 0.1, ticks: int = 200) -> list[tuple[float, str]]:
    found = []
    for n in range(1, ticks + 1):
        found += [(round(n * dt, 1), name) for name, count in sorted(starts.tick(dt).items()) for _ in range(count)]
    return found


def test_in_a_fleet_all_are_ready_together() -> None:
    starts = Starts()
    starts.add("A", 3, 2.0)
    starts.add("B", 1, 1.0)
    assert starts.of("A") == 3
    assert ready_at(starts) == [(1.0, "B"), (2.0, "A"), (2.0, "A"), (2.0, "A")]


def test_one_core_starts_one_after_the_other() -> None:
    starts = Starts(at_once=1.0)
    starts.add("A", 2, 2.0)
    starts.add("B", 1, 1.0)
    assert ready_at(starts) == [(2.0, "A"), (4.0, "A"), (5.0, "B")]


def test_a_core_and_a_half_starts_two_at_a_time_at_three_quarters_of_the_pace() -> None:
    starts = Starts(at_once=1.5)
    starts.add("A", 3, 3.0)
    assert ready_at(starts) == [(4.0, "A"), (4.0, "A"), (7.0, "A")], "the third is alone and takes 3 s"


def test_the_youngest_is_stopped_first() -> None:
    starts = Starts(at_once=1.0)
    starts.add("A", 3, 1.0)
    assert starts.cancel("A", 2) == 2
    assert starts.cancel("B", 1) == 0
    assert starts.cancel("A", 5) == 1
    assert ready_at(starts) == []
