"""How long requests take now."""

from __future__ import annotations

import pytest

from serve_app.flow.service_time import ServiceTime


def test_before_the_first_nothing_is_known() -> None:
    times = ServiceTime()
    assert (times.mean_s("a"), times.expected_s("a"), times.unit_s) == (0.0, 0.0, 0.0)


def test_it_follows_the_mean_and_the_deviation_of_each_kind() -> None:
    times = ServiceTime()
    for n in range(200):
        times.observe("even", 8.0, 1.0)
        times.observe("odd", 8.0, 0.5 if n % 2 else 1.5)
    assert times.mean_s("even") == pytest.approx(1.0)
    assert times.expected_s("even") == pytest.approx(1.0, abs=0.01)
    assert times.mean_s("odd") == pytest.approx(1.0, abs=0.1)
    assert times.expected_s("odd") == pytest.approx(2.0, abs=0.1)  # two deviations of half a second


def test_a_unit_of_work_is_in_flight_as_long_as_its_request() -> None:
    times = ServiceTime()
    for _ in range(200):
        times.observe("small", 1.0, 0.1)
        times.observe("large", 9.0, 1.1)
    assert times.unit_s == pytest.approx((0.1 + 9 * 1.1) / 10, rel=0.1)
