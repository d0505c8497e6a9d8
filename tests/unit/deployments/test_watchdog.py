"""Work that hangs is found by its age, whatever else is finished meanwhile."""

from __future__ import annotations

import pytest

from deployments.errors import StageUnavailable
from deployments.watchdog import Watchdog


def test_work_that_takes_too_long_is_found_and_forgotten_when_it_ends() -> None:
    now = [100.0]
    watchdog = Watchdog("reader", lambda: now[0])
    watchdog.check(5)
    with watchdog.working():
        now[0] += 4
        with watchdog.working():
            now[0] += 4
            with pytest.raises(StageUnavailable, match="the reader hangs"):
                watchdog.check(5)
        with pytest.raises(StageUnavailable):
            watchdog.check(5)
    watchdog.check(0)


def test_work_that_raises_has_ended() -> None:
    now = [0.0]
    watchdog = Watchdog("reader", lambda: now[0])
    with pytest.raises(ZeroDivisionError), watchdog.working():
        raise ZeroDivisionError
    now[0] = 99
    watchdog.check(1)
