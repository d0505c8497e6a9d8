"""The synthetic day is what its description says."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.simulate import day


def test_the_evening_has_the_peak_and_the_night_a_quarter_of_it() -> None:
    curve = day.daily(np.arange(0, day.DAY_S, 60.0))
    assert curve.max() == pytest.approx(1)
    assert curve.argmax() == 20 * 60
    assert curve.min() == pytest.approx(0.25)


def test_popular_items_are_in_the_cache() -> None:
    few, all_of_them = day.Popularity(items=1000, cached=100), day.Popularity(items=1000, cached=999)
    assert 0.4 < few.hit_share() < 0.6, "a tenth of the items is asked for half of the time"
    assert all_of_them.hit_share() > 0.99
    assert day.Popularity(items=1000, exponent=0.0, cached=100).hit_share() == pytest.approx(0.1, abs=0.001)


def test_campaigns_come_beside_the_curve_and_their_captions_are_cached() -> None:
    popularity = day.Popularity(items=1000, cached=100)
    campaign = day.Campaign(3600.0, 600.0, 2.0, planned=True)
    quiet, busy = (day.arrivals(10.0, 1.0, popularity, c) for c in ((), (campaign,)))
    inside, outside = slice(3700, 4100), slice(0, 3600)
    assert busy.requests[inside].mean() - quiet.requests[inside].mean() == pytest.approx(20, rel=0.1)
    np.testing.assert_array_equal(busy.cached[outside], quiet.cached[outside])
    assert busy.cached[3800] > 0.8 > quiet.cached[3800]
    assert len(busy.requests) == day.DAY_S


def test_the_plan_holds_what_was_planned() -> None:
    planned, surprise = (day.Campaign(3600.0, 600.0, 1.0, planned=p) for p in (True, False))
    (rate,) = day.plan(10.0, (planned, surprise))
    assert (rate.start_s, rate.end_s) == (3600.0, 4200.0)
    assert 10 < rate.rate < 20
    assert day.highest((surprise,)) > 1
