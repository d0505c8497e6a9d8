from __future__ import annotations

from deployments.readings import reading
from deployments.signals import levels


def test_signals_are_summed_over_their_tags_and_nothing_else_is_one() -> None:
    readings = [
        reading("engine_requests", 3, state="running"),
        reading("engine_requests", 4, state="waiting"),
        reading("engine_kv_cache_usage", 0.5),
        reading("queue_oldest_ms", 9000, priority="REALTIME"),
    ]
    assert levels(readings) == {"engine_requests": 7, "engine_kv_cache_usage": 0.5}
