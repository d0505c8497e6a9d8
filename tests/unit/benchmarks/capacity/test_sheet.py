"""From a volume and rates to replicas and cost, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.capacity.rates import app, measured, pairs
from benchmarks.capacity.sheet import STAGES, Rate, Replica, Volume, replicas, sheet, totals
from deployments.errors import Misconfigured

# 1,000 a second on the mean.
VOLUME = Volume(86_400_000.0, peak_factor=3.0, cache_hit=0.9, categories=4, candidates=2, utilisation=0.5)
MACHINE = {"cpu": "Some CPU", "cpus": 8, "gpus": ["H"]}


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


def test_measured_rates_say_where_they_come_from() -> None:
    found = measured(
        {
            "engine": {"graph": {"candidates_per_s": 5.0}, "environment": {"machine": MACHINE}},
            "tax": {"rps": {"grpc": 300.0, "http": 200.0}},
            "scorer": {"real": {"saturated": {"batcher": {"copies_per_s": 80.0}}}},
        }
    )
    assert set(found) == {"generator", "ingress", "reward"}
    assert found["reward"].per_s == 80.0
    assert (found["generator"].per_s, found["generator"].replica) == (5.0, Replica(8, 1))
    assert "engine.json graph.candidates_per_s (Some CPU" in found["generator"].origin
    assert (found["ingress"].per_s, found["ingress"].replica) == (200.0, None)
    assert "machine not recorded" in found["ingress"].origin
    assert measured({"engine": {"graph": {"candidates_per_s": 0}}}) == {}


@pytest.mark.parametrize("word", ["generatr=1", "generator", "generator=", "generator=0", "generator=-1", "router=inf"])
def test_a_rate_that_is_none_is_refused_by_name(word: str) -> None:
    with pytest.raises(Misconfigured, match="--rate"):
        pairs([word], "--rate", STAGES)


def test_a_price_may_be_zero() -> None:
    assert pairs(["cpu=0", "gpu=2.5"], "--price", ("cpu", "gpu")) == {"cpu": 0.0, "gpu": 2.5}


@pytest.mark.parametrize(
    ("option", "value"),
    [("--peak-factor", "0.5"), ("--cache-hit", "1.5"), ("--utilisation", "0"), ("--notifications-per-day", "0")],
)
def test_impossible_volumes_are_refused_by_option(tmp_path: Path, option: str, value: str) -> None:
    done = CliRunner().invoke(app, ["--notifications-per-day", "1e6", "--results", str(tmp_path), option, value])
    assert done.exit_code == 2
    assert option in done.stderr


def test_a_given_rate_wins_and_takes_what_the_config_gives_a_replica(tmp_path: Path) -> None:
    (tmp_path / "engine.json").write_text(json.dumps({"graph": {"candidates_per_s": 5.0}}))
    arguments = ["--notifications-per-day", "100e6", "--results", str(tmp_path), "--json", "--price", "gpu=2"]
    done = CliRunner().invoke(app, [*arguments, "--price", "cpu=0", "--rate", "generator=900"])
    assert done.exit_code == 0, done.stderr
    stage = json.loads(done.stdout.splitlines()[-1])["stages"]["generator"]
    assert stage["rate"] == {"per_s": 900.0, "origin": "given", "replica": {"cpus": 4.0, "gpus": 1.0}}
    assert stage["replicas_peak"] == 45  # 100e6 / 86400 x 3 x 8 / (900 x 0.7) = 44.1
    assert stage["cost_peak"] == 45 * 2 * 24


def test_a_config_that_is_none_is_named(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("applications: []")
    arguments = ["--notifications-per-day", "1e6", "--rate", "router=5", "--config", str(config)]
    done = CliRunner().invoke(app, [*arguments, "--results", str(tmp_path)])
    assert done.exit_code == 2
    assert "--config" in done.stderr
