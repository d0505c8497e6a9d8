"""The stock policy against Serve's own functions, and the real policies on a simulated stage."""

from __future__ import annotations

import random
from typing import Any

import pytest

from benchmarks.simulate.policies import Delays, GraphPolicy, StagesPolicy, StockPolicy
from benchmarks.simulate.stage import SimulatedStage, StageModel
from benchmarks.simulate.starts import Starts
from serve_app.autoscaling.policy import Forecast, Traffic

MODEL = StageModel("Generator", 2, 0.5, 1.4, 1, 8)


@pytest.mark.parametrize("seed", range(3))
def test_the_stock_policy_decides_as_serves_own(seed: int) -> None:
    from ray.serve import autoscaling_policy as serve
    from ray.serve.config import AutoscalingConfig

    config = AutoscalingConfig(
        min_replicas=1, max_replicas=8, target_ongoing_requests=1.4, upscale_delay_s=10, downscale_delay_s=25
    )
    ours, state, target, changes = StockPolicy(Delays(10, 25)), {}, 1, 0
    draw, ongoing = random.Random(seed), 0.0
    for second in range(600):
        if second % 20 == 0:
            ongoing = draw.choice((0.0, 1.0, 4.0, 9.0, 30.0))
        scaled = serve._apply_scaling_factors(ongoing / 1.4, target, config)
        bounded = min(max(scaled, 1), 8)
        theirs, state = serve._apply_delay_logic(bounded, target, config, state, _now=float(second))
        assert ours.size(float(second), MODEL, target, target, ongoing) == theirs
        changes += theirs != target
        target = theirs
    assert changes > 5


def test_a_stage_at_zero_wakes_with_the_first_call() -> None:
    stock = StockPolicy(Delays(10, 25))
    assert stock.size(0.0, MODEL, 0, 0, 0.0) == 0
    assert stock.size(0.0, MODEL, 0, 0, 0.1) == 1


@pytest.mark.parametrize(
    "policy", [GraphPolicy([MODEL], Delays(2, 5), Forecast()), StagesPolicy([MODEL], Delays(2, 5))]
)
def test_the_real_policies_grow_with_a_queue(policy: Any) -> None:
    stage = SimulatedStage(MODEL, 1.0, 1, Starts())
    for second in range(4):
        sizes = policy.sizes(float(second), Traffic(float(second)), {"Generator": 8.0}, [stage])
    assert sizes == {"Generator": 6}
