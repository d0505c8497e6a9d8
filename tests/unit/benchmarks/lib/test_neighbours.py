from __future__ import annotations

import pytest

from benchmarks.lib.neighbours import Neighbours, neighbours


def test_what_is_not_ours_is_the_neighbours() -> None:
    now = iter([10.0, 20.0])
    busy = iter([100.0, 116.0])
    own = iter([{1: 5.0}, {1: 8.0, 2: 4.0}, {1: 10.0}])
    seen = Neighbours(lambda: next(busy), lambda: next(own), lambda: next(now))
    seen.look()  # process 2 has ended at the next look
    assert seen.cpus() == pytest.approx((16 - (10 - 5) - 4) / 10)


def test_a_real_reading_is_no_more_than_the_machine() -> None:
    with neighbours() as seen:
        pass
    assert seen.cpus() >= 0
