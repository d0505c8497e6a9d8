"""Every kind of stage reads only figures that become metrics."""

from __future__ import annotations

import types
from typing import Any

import pytest
from ray.serve import metrics as serve_metrics

from deployments.batching import Batcher, BatchLimits
from deployments.captioner.cache import CachedCaptioner
from deployments.engines.gate import Gate
from deployments.engines.stats import EngineStats
from deployments.fakes import FakeGenerator
from deployments.readings import reading
from deployments.stage_metrics import StageMetrics
from tests.unit.deployments.captioner.slow_captioner import SlowCaptioner

READERS: dict[str, Any] = {
    "fake": FakeGenerator(),
    "batcher": Batcher(list, BatchLimits(), "b"),
    "cache": CachedCaptioner(SlowCaptioner()),
    "gate": Gate(1, 1, "g"),
    "engine": EngineStats(),
}


def test_a_reading_has_its_tags() -> None:
    assert reading("queue_waiting", 3, priority="REALTIME").tags == {"priority": "REALTIME"}


@pytest.mark.parametrize("name", READERS)
def test_a_figure_has_a_metric_with_its_tags(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    declared: dict[str, set[str]] = {}

    def metric(name: str, description: str, tag_keys: tuple[str, ...] = ()) -> Any:
        declared[name.removeprefix("pushgen_")] = set(tag_keys)
        return types.SimpleNamespace(set=lambda *_, **__: None)

    monkeypatch.setattr(serve_metrics, "Counter", metric)
    monkeypatch.setattr(serve_metrics, "Gauge", metric)
    StageMetrics("Toy")
    for figure in READERS[name].readings():
        assert declared[figure.metric] == set(figure.tags), figure
