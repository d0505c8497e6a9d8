"""Which stages are gone, from health at different times."""

from __future__ import annotations

from typing import Any

from serve_app.cluster.presence import Presence


class Health:
    states: dict[str, bool] | None = None

    def peek(self) -> dict[str, bool] | None:
        return self.states


def test_a_stage_is_gone_after_ten_seconds_without_a_replica() -> None:
    health: Any = Health()
    now_s = 100.0
    presence = Presence(health, lambda: now_s)
    assert not presence.gone("captioner"), "nothing is known yet"
    health.states = {"captioner": False, "router": True}
    assert not presence.gone("captioner")
    now_s = 109.9
    assert not presence.gone("captioner")
    now_s = 110.0
    assert presence.gone("captioner")
    assert not presence.gone("router")
    health.states = {"captioner": True, "router": True}
    assert not presence.gone("captioner")
    health.states = {"captioner": False}
    now_s = 119.0
    assert not presence.gone("captioner"), "it was back: the time begins again"


def test_a_stage_is_not_gone_where_health_cannot_be_had() -> None:
    health: Any = Health()
    now_s = 0.0
    presence = Presence(health, lambda: now_s)
    health.states = {"captioner": False}
    presence.gone("captioner")
    now_s = 60.0
    health.states = None
    assert not presence.gone("captioner")
