"""Rates from results and from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.capacity.rates import measured, pairs, stated
from benchmarks.capacity.sheet import STAGES, Replica
from deployments.errors import Misconfigured

MACHINE = {"cpu": "Some CPU", "cpus": 8, "gpus": ["H"]}


def test_measured_rates_say_where_they_come_from() -> None:
    rates = measured(
        {
            "engine": {"graph": {"candidates_per_s": 5.0}, "environment": {"machine": MACHINE}},
            "tax": {"deployments": {"grpc": {"rps": 200.0}, "http": {"rps": 150.0}}},
            "scorer": {"real": {"saturated": {"batcher": {"copies_per_s": 80.0}}}},
        }
    )
    assert set(rates) == {"generator", "ingress", "reward"}
    assert rates["reward"].per_s == 80.0
    assert (rates["generator"].per_s, rates["generator"].replica) == (5.0, Replica(8, 1))
    assert "engine.json graph.candidates_per_s (Some CPU" in rates["generator"].origin
    assert (rates["ingress"].per_s, rates["ingress"].replica) == (200.0, None)
    assert "machine not recorded" in rates["ingress"].origin
    assert measured({"engine": {"graph": {"candidates_per_s": 0}}}) == {}


@pytest.mark.parametrize("word", ["generatr=1", "generator", "generator=", "generator=0", "generator=-1", "router=inf"])
def test_a_rate_that_is_none_is_refused_by_name(word: str) -> None:
    with pytest.raises(Misconfigured, match="--rate"):
        pairs([word], "--rate", STAGES)


def test_a_price_may_be_zero() -> None:
    assert pairs(["cpu=0", "gpu=2.5"], "--price", ("cpu", "gpu")) == {"cpu": 0.0, "gpu": 2.5}


def test_a_replica_is_what_the_config_gives_one_and_an_inline_stage_has_none(root: Path) -> None:
    rate = stated({"generator": 3.0}, root / "configs/demo.yaml")["generator"]
    assert (rate.per_s, rate.replica) == (3.0, Replica(0.8, 0.0))
    with pytest.raises(Misconfigured, match=r"--config demo\.yaml: reward: an inline stage has no replicas to count"):
        stated({"reward": 3.0}, root / "configs/demo.yaml")
