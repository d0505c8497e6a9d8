"""Rates from results and from the command line."""

from __future__ import annotations

import pytest

from benchmarks.capacity.rates import measured, pairs
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
