"""Bursts in a steady rate."""

from __future__ import annotations

import itertools

import pytest

from benchmarks.soak.arrivals import BURST_FROM_S, BURST_S, CYCLE_S, Bursts, Phase, phase_of


def test_phases_of_a_cycle() -> None:
    ends = (0.0, BURST_FROM_S - 0.1, BURST_FROM_S, BURST_FROM_S + BURST_S, CYCLE_S - 0.1, CYCLE_S + BURST_FROM_S)
    steady, burst, aftermath = Phase.STEADY, Phase.BURST, Phase.AFTERMATH
    assert [phase_of(at) for at in ends] == [steady, steady, burst, aftermath, steady, burst]


def test_a_burst_has_so_many_times_the_rate() -> None:
    times = list(itertools.takewhile(lambda at: at < 40 * CYCLE_S, Bursts(10.0, 4.0, seed=1).times()))
    assert times == sorted(times)
    burst = sum(phase_of(at) is Phase.BURST for at in times)
    assert burst / (40 * BURST_S) == pytest.approx(40.0, rel=0.05)
    assert (len(times) - burst) / (40 * (CYCLE_S - BURST_S)) == pytest.approx(10.0, rel=0.05)
    assert times[:9] == list(itertools.islice(Bursts(10.0, 4.0, seed=1).times(), 9))
