"""From a volume and rates to replicas and cost."""

from __future__ import annotations

import pytest

from benchmarks.capacity.sheet import STAGES, Rate, Replica, Volume, replicas, sheet, totals

# 1,000 a second on the mean.
VOLUME = Volume(86_400_000.0, peak_factor=3.0, cache_hit=0.9, categories=4, candidates=2, utilisation=0.5)


def test_each_stage_gets_its_share_of_the_work() -> None:
    peak = {need.stage: need.peak_per_s for need in sheet(VOLUME, {}, {})}
    assert peak == pytest.approx(
        {"ingress": 3000, "captioner": 300, "router": 3000, "generator": 24_000, "reward": 24_000}
    )
    assert Volume(1.0, incumbents=3).work("reward") == 11


def test_replicas_are_rounded_up_at_the_planned_utilisation() -> None:
    (need,) = (n for n in sheet(VOLUME, {"generator": Rate(1000, "given")}, {}) if n.stage == "generator")
    assert (need.replicas_mean, need.replicas_peak) == (16, 48)
    assert replicas(48.0001, 1) == 49
    assert replicas(0.1 + 0.2, 0.3) == 1  # 1.0000000000000002 in floating point
    assert replicas(0.0, 5) == 0


def test_cost_is_replicas_times_a_day_at_the_given_price() -> None:
    rates = {"generator": Rate(1000, "given", Replica(4, 1)), "reward": Rate(12_000, "x", Replica(2, 0.5))}
    needs = {n.stage: n for n in sheet(VOLUME, rates, {"gpu": 2.0, "cpu": 0.1, "reward": 1.0})}
    assert needs["generator"].price_per_hour == pytest.approx(2.4)
    assert needs["generator"].cost_peak == pytest.approx(48 * 2.4 * 24)
    assert needs["generator"].cost_mean == pytest.approx(16 * 2.4 * 24)
    assert needs["reward"].cost_peak == pytest.approx(4 * 1.0 * 24)
    assert needs["router"].cost_peak is None


def test_no_cost_is_made_up_where_a_price_is_missing() -> None:
    rates = {stage: Rate(1000, "given", Replica(4, 1)) for stage in STAGES}
    needs = sheet(VOLUME, rates, {"gpu": 2.0})
    assert {n.cost_peak for n in needs} == {None}
    assert {n.unpriced for n in needs} == {("cpu",)}
    assert totals(needs)["cost_peak"] is None
    unknown = sheet(VOLUME, {"router": Rate(1000, "given", None)}, {"gpu": 2.0, "cpu": 1.0})
    assert next(n.unpriced for n in unknown if n.stage == "router") == ("router",)
    assert all(n.unpriced == () for n in sheet(VOLUME, rates, {}))


def test_a_total_is_the_sum_of_all_stages_or_nothing() -> None:
    rates = {stage: Rate(1000, "given", Replica(1, 0)) for stage in STAGES}
    needs = sheet(VOLUME, rates, {"cpu": 1.0})
    assert totals(needs)["replicas_peak"] == sum(n.replicas_peak or 0 for n in needs)
    assert totals(needs)["cost_peak"] == pytest.approx(sum(n.cost_peak or 0 for n in needs))
    del rates["router"]
    assert totals(sheet(VOLUME, rates, {"cpu": 1.0}))["replicas_peak"] is None
