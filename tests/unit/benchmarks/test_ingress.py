"""How the ingress benchmark asks and sums up; no application is started."""

from __future__ import annotations

import asyncio
import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from benchmarks import ingress
from benchmarks.ingress_load import CALLS, PROTOCOLS, Failed, at_once, one_by_one, percentile
from deployments.errors import Misconfigured
from serve_app.local import IngressMode


async def test_so_many_are_under_way_and_no_more_are_sent_than_asked_for() -> None:
    under_way, most, sent = 0, 0, 0

    async def ask() -> None:
        nonlocal under_way, most, sent
        under_way, sent = under_way + 1, sent + 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1

    assert await at_once(ask, 4, count=10) > 0
    assert (most, sent) == (4, 10)
    assert len(await one_by_one(ask, 0.0)) == 1


async def test_a_failure_ends_the_measurement_and_leaves_nothing_running() -> None:
    async def ask() -> None:
        await asyncio.sleep(0)
        raise Failed("refused")

    with pytest.raises(Failed, match="refused"):
        await at_once(ask, 8, seconds=30)
    assert asyncio.all_tasks() == {asyncio.current_task()}


def test_percentiles_are_of_the_nearest_rank() -> None:
    values = [float(n) for n in range(1, 101)]
    assert [percentile(values, q) for q in (0.0, 0.5, 0.99, 1.0)] == [1.0, 50.0, 99.0, 100.0]
    assert percentile([7.0], 0.99) == 7.0


def rows(**factor: float) -> list[dict[str, Any]]:
    """Two starts of each mode; HAProxy is `factor` times as the proxy."""
    return [
        {
            "start": start, "mode": str(mode), "protocol": protocol, "call": call,
            "p50_ms": 10.0 * (factor["ms"] if mode is IngressMode.HAPROXY else 1),
            "p99_ms": 30.0 * (factor["ms"] if mode is IngressMode.HAPROXY else 1),
            "rps_16": 90.0, "rps_32": 100.0 * (factor["rps"] if mode is IngressMode.HAPROXY else 1),
        }
        for start in range(2) for mode in IngressMode for protocol in PROTOCOLS for call in CALLS
    ]  # fmt: skip


def test_ratios_are_haproxys_over_the_proxys() -> None:
    found = ingress.result(rows(ms=0.5, rps=3.0))
    assert (found["p50_ratio"], found["rps_ratio"]) == (0.5, 3.0)
    assert found["http"]["info"]["p99_ratio"] == 0.5
    assert found["http"]["info"]["proxy"] == {"p50_ms": 10.0, "p99_ms": 30.0, "rps_16": 90.0, "rps_32": 100.0}


def test_the_plot_is_written(tmp_path: Path) -> None:
    ingress.plot(ingress.result(rows(ms=0.5, rps=3.0)), tmp_path / "results" / "ingress.png")
    assert (tmp_path / "results" / "ingress.png").stat().st_size > 1000


def test_every_fake_answers_at_once_and_the_ingress_keeps_its_knobs(root: Path) -> None:
    config = yaml.safe_load((root / "configs/fake.yaml").read_text())
    config["applications"][0]["deployments"].append({"name": "Ingress", "user_config": {"defaults": {}}})
    before = copy.deepcopy(config)
    ingress.without_waiting(config)
    knobs = {d["name"]: d["user_config"] for d in config["applications"][0]["deployments"]}
    stages = {d["name"] for d in before["applications"][0]["deployments"]} - {"Ingress"}
    assert knobs == {"Ingress": {"defaults": {}}, **{name: {"latency_ms": 0} for name in stages}}


def test_a_real_stage_is_refused(root: Path) -> None:
    config = yaml.safe_load((root / "configs/demo.yaml").read_text())
    with pytest.raises(Misconfigured, match="captioner, router, generator, reward is not of kind fake"):
        ingress.without_waiting(config)


def test_a_missing_config_is_named() -> None:
    done = CliRunner().invoke(ingress.app, ["--config", "configs/none.yaml"])
    assert done.exit_code == 2
    assert "configs/none.yaml" in done.stderr
