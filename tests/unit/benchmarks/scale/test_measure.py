"""Edits of the config, and the arithmetic of scaling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks.lib.local_app import STAGES
from benchmarks.scale import measure as scale


def config(root: Path, name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((root / "configs" / name).read_text())
    return content


def test_scaling_sets_the_replicas_of_every_stage_and_leaves_the_ingress(root: Path) -> None:
    from serve_app.settings import AppSettings

    changed = config(root, "fake.yaml")
    before = AppSettings.model_validate(changed["applications"][0]["args"])
    scale.scaled(scale.waits(200), 4, 2)(changed)
    after = AppSettings.model_validate(changed["applications"][0]["args"])
    for stage in ("captioner", "router", "generator", "reward"):
        one = getattr(after.scaling, stage)
        assert (one.min_replicas, one.max_replicas, one.max_ongoing_requests) == (4, 4, 2)
    assert after.scaling.ingress == before.scaling.ingress
    cpus = sum(getattr(after.scaling, s).num_cpus * 4 for s in ("captioner", "router", "generator", "reward"))
    assert cpus + after.scaling.ingress.num_cpus < 2, "four replicas of all no longer fit two cores"


def test_the_generator_is_the_slowest_stage_whatever_it_waits() -> None:
    latency = scale.waits(100)
    assert set(latency) == set(STAGES)
    assert all(scale.CATEGORIES * latency["Generator"] > ms for name, ms in latency.items() if name != "Generator")


def test_efficiency_is_the_median_rate_over_as_many_times_one_replica() -> None:
    rates = {1: (4.0, 4.0, 1.0), 2: (7.8, 7.9, 8.0), 4: (14.0, 15.0, 14.4)}
    rows = [
        {"replicas": n, "items_per_s": r, "machine_busy": 0.2 * n, "app_cpus": 0.4 * n, "degraded": 0}
        for n, some in rates.items()
        for r in some
    ]
    result = scale.result(rows, scale.waits(250), ongoing=2)
    assert result["efficiency_4x"] == pytest.approx(14.4 / 16)
    assert result["ideal_items_per_s_per_replica"] == 4.0
    assert result["points"][1] == {
        "replicas": 2, "items_per_s": 7.9, "range": [7.8, 8.0], "efficiency": 0.988, "of_ideal": 0.988,
        "machine_busy": 0.4, "cpu_ms_per_item": pytest.approx(101.3), "degraded": 0,
    }  # fmt: skip
