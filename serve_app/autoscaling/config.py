"""Serve's autoscaling of one deployment, from our settings."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from ray.serve.config import AutoscalingConfig, AutoscalingPolicy

from deployments.settings import Scaling
from serve_app.autoscaling.policy import StageTargets
from serve_app.autoscaling.settings import AnyAutoscalingSettings, GraphAutoscaling, StockAutoscaling

POLICY: Final = "serve_app.autoscaling.serve.StagePolicy"
# How often replicas and handles report, and over how long their calls are averaged. Serve 2.60 reads this deprecated
# field alone: the environment variables that are to replace it have no effect yet.
_REPORT_S: Final = 1.0
_DEMAND_S: Final = 0.5
_MEAN_S: Final = 5.0


def autoscaling_config(
    scaling: Scaling, autoscaling: AnyAutoscalingSettings, *, counts_demand: bool = False
) -> AutoscalingConfig:
    """Serve's own policy for a deployment of a fixed size: nothing reports each second for it.

    counts_demand: the ingress, whose reports the graph's policy needs.
    """
    bounds: dict[str, Any] = {
        "min_replicas": scaling.min_replicas,
        "max_replicas": scaling.max_replicas,
        "target_ongoing_requests": scaling.target_ongoing_requests,
    }
    together = isinstance(autoscaling, GraphAutoscaling)
    fixed = scaling.min_replicas == scaling.max_replicas and not (counts_demand and together)
    if fixed or isinstance(autoscaling, StockAutoscaling):
        delays = {"upscale_delay_s": scaling.upscale_delay_s, "downscale_delay_s": scaling.downscale_delay_s}
        return AutoscalingConfig(**bounds, **delays)
    levels = {str(signal): target for signal, target in scaling.targets.items()}
    targets = StageTargets(scaling.target_ongoing_requests, levels, scaling.upscale_delay_s, scaling.downscale_delay_s)
    forecast = autoscaling.forecast() if isinstance(autoscaling, GraphAutoscaling) else None
    return AutoscalingConfig(
        **bounds,
        metrics_interval_s=_DEMAND_S if counts_demand and together else _REPORT_S,
        look_back_period_s=_MEAN_S,
        # The policy has its own delays. Serve would add these to them.
        upscale_delay_s=0,
        downscale_delay_s=0,
        policy=AutoscalingPolicy(  # type: ignore[no-untyped-call]
            policy_function=POLICY,
            policy_kwargs={"targets": asdict(targets), "forecast": asdict(forecast) if forecast else None},
        ),
    )
