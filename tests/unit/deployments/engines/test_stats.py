"""The figures that vLLM hands over after a step, in the names of several versions."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from deployments.engines.stats import EngineStats


def figures(stats: EngineStats) -> dict[str, float]:
    return {f"{r.metric}{'/' if r.tags else ''}{r.tags.get('state', '')}": r.value for r in stats.readings()}


def test_the_last_step_is_read_and_preemptions_add_up() -> None:
    stats = EngineStats()
    scheduler = SimpleNamespace(num_running_reqs=4, num_waiting_reqs=2, num_skipped_waiting_reqs=1, kv_cache_usage=0.25)
    for preempted in (1, 2):
        stats.record(scheduler, SimpleNamespace(num_preempted_reqs=preempted))
    assert figures(stats) == {
        "engine_requests/running": 4, "engine_requests/waiting": 3,
        "engine_kv_cache_usage": 0.25, "engine_preemptions_total": 3,
    }  # fmt: skip


def test_what_a_version_does_not_have_ends_nothing() -> None:
    stats = EngineStats()
    stats.record(SimpleNamespace(num_running_reqs=1), None)
    stats.record(None, None)
    assert figures(stats)["engine_requests/running"] == 1


def test_the_installed_vllm_has_these_names() -> None:
    stats = pytest.importorskip("vllm.v1.metrics.stats")
    for name in ("num_running_reqs", "num_waiting_reqs", "kv_cache_usage"):
        assert hasattr(stats.SchedulerStats(), name)
    assert hasattr(stats.IterationStats(), "num_preempted_reqs")
