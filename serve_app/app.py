"""`build(settings) -> Application`: the whole graph on one page. `serve run configs/X.yaml` calls it."""

from __future__ import annotations

from typing import Any

from ray import serve
from ray.serve.config import BackpressureConfig, RequestRouterConfig

from deployments.settings import Scaling, parse
from serve_app.autoscaling.config import autoscaling_config
from serve_app.autoscaling.settings import AnyAutoscalingSettings
from serve_app.ingress.deployment import Ingress
from serve_app.settings import AffinityScaling, AppSettings
from serve_app.stages import STAGES


def build(args: dict[str, Any]) -> serve.Application:
    """Compose the stages and the ingress. Raises Misconfigured when the settings are impossible, by name."""
    settings = parse(AppSettings, args, "args")
    deployed = settings.scaling.deployed()
    stages = {row.key: getattr(settings, row.key) for row in STAGES}  # the ingress builds an inline one of these
    for row in STAGES:
        if row.key in deployed:
            stages[row.key] = stage_deployment(row.load(), deployed[row.key], settings.autoscaling).bind(
                stages[row.key]
            )
    ingress = settings.scaling.ingress
    return scaled(Ingress, ingress, settings.autoscaling).bind(
        **stages,
        max_ongoing_requests=ingress.max_ongoing_requests,
        stage_places=settings.scaling.stage_places(),
        growth_points=settings.scaling.growth_points(),
        drain_s=settings.scaling.drain_s(),
        writer_target=settings.writer_target(),
        adapters=settings.generator.adapter_names,
        http=settings.http,
        access=settings.access,
    )


def stage_deployment(stage: Any, scaling: Scaling, autoscaling: AnyAutoscalingSettings) -> serve.Deployment:
    """A stage's deployment. With several replicas a call may avoid some, and items may have one of their own."""
    deployment = scaled(stage, scaling, autoscaling)
    if scaling.max_replicas == 1:
        return deployment
    affinity = scaling.affinity if isinstance(scaling, AffinityScaling) else None
    kind = "StageRouter" if affinity is None else "ItemAffinityRouter"
    router = RequestRouterConfig(
        request_router_class=f"serve_app.cluster.affinity.{kind}",  # type: ignore[arg-type]  # Ray types it wrongly
        request_router_kwargs={} if affinity is None else affinity.model_dump(),
    )
    return deployment.options(request_router_config=router)


def scaled(deployment: Any, scaling: Scaling, autoscaling: AnyAutoscalingSettings) -> serve.Deployment:
    """A deployment with its replicas, autoscaling, queue bounds and resources; `user_config` is always delivered."""
    made = deployment.options(
        autoscaling_config=autoscaling_config(scaling, autoscaling, counts_demand=deployment is Ingress),
        max_ongoing_requests=scaling.max_ongoing_requests,
        max_queued_requests=scaling.max_queued_requests,
        health_check_period_s=5,
        health_check_timeout_s=30,
        graceful_shutdown_timeout_s=scaling.graceful_shutdown_timeout_s,
        # What the ingress itself answers when it has no room, for what does not even reach it.
        backpressure_config=BackpressureConfig(status_code=429, retry_after_s=1),
        user_config={},
        max_surge_percent=scaling.max_surge_percent,
        ray_actor_options={
            "num_cpus": scaling.num_cpus,
            "num_gpus": scaling.num_gpus,
            "runtime_env": {"env_vars": scaling.env_vars},
        },
    )
    return on_nodes(made, scaling)


def on_nodes(deployment: serve.Deployment, scaling: Scaling) -> serve.Deployment:
    """A deployment pinned to its nodes. The GPUs of one replica are reserved together, on one node."""
    labels, options = scaling.label_selector, dict[str, Any]()
    if scaling.num_gpus > 1:
        options["placement_group_bundles"] = [{"CPU": scaling.num_cpus, "GPU": scaling.num_gpus}]
        options["placement_group_strategy"] = "STRICT_PACK"
        if labels:
            options["placement_group_bundle_label_selector"] = [labels]
    else:
        options["max_replicas_per_node"] = scaling.max_replicas_per_node
        if labels:
            options["ray_actor_options"] = {**(deployment.ray_actor_options or {}), "label_selector": labels}
    return deployment.options(**options)
