from __future__ import annotations

import json

import pytest

from deployments.settings import Scaling
from serve_app.autoscaling.config import POLICY, autoscaling_config
from serve_app.autoscaling.settings import (
    AnyAutoscalingSettings,
    GraphAutoscaling,
    StageAutoscaling,
    StockAutoscaling,
)

SCALING = Scaling(
    min_replicas=1, max_replicas=4, target_ongoing_requests=3, targets={"queue_waiting": 5.0},
    upscale_delay_s=7, downscale_delay_s=90,
)  # fmt: skip


def test_the_stock_policy_has_the_delays_of_the_settings() -> None:
    config = autoscaling_config(SCALING, StockAutoscaling())
    assert config.policy.is_default_policy_function()
    assert (config.upscale_delay_s, config.downscale_delay_s) == (7, 90)


@pytest.mark.parametrize("autoscaling", [StageAutoscaling(), GraphAutoscaling(floor_s=60)])
def test_delays_are_applied_once(autoscaling: AnyAutoscalingSettings) -> None:
    """Serve applies its own to what a custom policy says."""
    config = autoscaling_config(SCALING, autoscaling)
    assert config.policy.policy_function == POLICY
    assert (config.upscale_delay_s, config.downscale_delay_s) == (0, 0)
    assert (config.get_upscaling_factor(), config.get_downscaling_factor()) == (1, 1)
    assert (config.min_replicas, config.max_replicas) == (1, 4)
    targets = config.policy.policy_kwargs["targets"]
    assert targets == {"ongoing": 3.0, "levels": {"queue_waiting": 5.0}, "up_s": 7.0, "down_s": 90.0}
    assert json.loads(json.dumps(config.policy.policy_kwargs))["targets"] == targets


def test_the_calls_are_looked_at_each_second_and_not_over_half_a_minute() -> None:
    config = autoscaling_config(SCALING, StageAutoscaling())
    assert (config.metrics_interval_s, config.look_back_period_s) == (1, 5)


def test_a_deployment_of_a_fixed_size_reports_nothing_each_second() -> None:
    """But the ingress, whose counts the graph's policy needs."""
    fixed = Scaling()
    for autoscaling in (StageAutoscaling(), GraphAutoscaling()):
        assert autoscaling_config(fixed, autoscaling).metrics_interval_s == 10
    assert autoscaling_config(fixed, StageAutoscaling(), counts_demand=True).metrics_interval_s == 10
    assert autoscaling_config(fixed, GraphAutoscaling(), counts_demand=True).metrics_interval_s == 0.5
