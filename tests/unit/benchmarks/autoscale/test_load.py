from __future__ import annotations

import itertools

from benchmarks.autoscale.arms import DOWN_S
from benchmarks.autoscale.load import CALM_UNTIL_S, LASTS_S, STEP, TIMES, StepAndSpikes, multiple


def test_it_ends_within_a_spike_and_the_step_is_over_long_before_the_first() -> None:
    assert multiple(LASTS_S - 1) == TIMES
    spikes = [at_s for at_s in range(int(STEP[1]), int(LASTS_S)) if multiple(at_s) == TIMES]
    assert len([1 for one, other in itertools.pairwise([0, *spikes]) if other - one > 1]) == 2
    assert spikes[0] - STEP[1] > 2 * DOWN_S, "a stage has shrunk long before it must grow again"


def test_the_arrivals_follow_the_rate_and_are_the_same_for_every_arm() -> None:
    times = [list(itertools.takewhile(lambda at_s: at_s < LASTS_S, StepAndSpikes(2.0, 7).times())) for _ in range(2)]
    assert times[0] == times[1]
    for begin_s, end_s in ((STEP[0], STEP[1]), (STEP[1], CALM_UNTIL_S)):
        expected = 2.0 * multiple(begin_s) * (end_s - begin_s)
        assert abs(sum(begin_s <= at_s < end_s for at_s in times[0]) - expected) < 4 * expected**0.5
    assert StepAndSpikes(2.0).rate == 16.0
