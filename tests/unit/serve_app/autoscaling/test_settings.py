from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from serve_app.autoscaling.policy import Forecast, PlannedRate
from serve_app.autoscaling.settings import AnyAutoscalingSettings, GraphAutoscaling

SETTINGS: TypeAdapter[Any] = TypeAdapter(AnyAutoscalingSettings)


def test_a_plan_is_read_in_utc() -> None:
    plan = [{"start": "06:30", "end": "09:00", "rate": 40}]
    settings = SETTINGS.validate_python({"kind": "graph", "floor_s": 60, "plan": plan})
    assert isinstance(settings, GraphAutoscaling)
    assert settings.forecast() == Forecast(60, 2.0, 180.0, (PlannedRate(23_400, 32_400, 40),))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "oracle"}, "oracle"),
        ({"kind": "stock", "floor_s": 60}, "unknown key 'floor_s'"),
        ({"kind": "graph", "burst_s": 1}, "burst_s"),
        ({"kind": "graph", "plan": [{"start": "24:00", "end": "09:00", "rate": 1}]}, "start"),
        ({"kind": "graph", "plan": [{"start": "09:00", "end": "09:00", "rate": 1}]}, "both 09:00"),
        ({"kind": "graph", "plan": [{"start": "08:00", "end": "09:00", "rate": 0}]}, "rate"),
    ],
)
def test_impossible_settings_are_refused_by_name(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        SETTINGS.validate_python(fields)
