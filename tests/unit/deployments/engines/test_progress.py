"""An engine hangs when it has requests and makes no step; without requests it makes none either."""

from __future__ import annotations

import pytest

from deployments.engines.progress import Progress
from deployments.errors import StageUnavailable


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def progress(clock: Clock) -> Progress:
    return Progress(clock)


def test_an_idle_engine_makes_no_step_and_does_not_hang(clock: Clock, progress: Progress) -> None:
    with progress.request():
        progress.stepped()
    clock.now += 3600
    progress.check(10, "generator")
    with progress.request():
        progress.check(10, "generator")


def test_steps_keep_a_long_request_alive(clock: Clock, progress: Progress) -> None:
    with progress.request():
        for _ in range(100):
            clock.now += 9
            progress.check(10, "generator")
            progress.stepped()
        clock.now += 11
        with pytest.raises(StageUnavailable, match="the generator's engine hangs"):
            progress.check(10, "generator")


def test_callers_that_give_up_early_do_not_hide_it(clock: Clock, progress: Progress) -> None:
    for _ in range(6):
        with progress.request():
            clock.now += 2
        clock.now += 500  # nobody asks
    with pytest.raises(StageUnavailable):
        progress.check(10, "generator")
    progress.stepped()
    progress.check(10, "generator")
