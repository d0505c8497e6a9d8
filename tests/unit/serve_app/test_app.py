"""The graph that is composed of the settings: names, scaling, bounds, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.captioner.deployment import CaptionerDeployment
from deployments.errors import Misconfigured
from deployments.fakes import FakeRouterSettings
from deployments.settings import Scaling
from serve_app.app import build, scaled
from serve_app.autoscaling.settings import StockAutoscaling
from serve_app.ingress.deployment import Ingress
from serve_app.stages import STAGES

FAKE = {row.key: {"kind": "fake"} for row in STAGES} | {"access": {"kind": "open"}}


def bound(**args: Any) -> Any:
    """The ingress as it is bound: its deployment and its arguments."""
    return build(FAKE | args)._bound_deployment


def test_the_ingress_gets_every_stage_by_its_key() -> None:
    kwargs = bound().init_kwargs
    own = {
        "max_ongoing_requests",
        "adapters",
        "http",
        "access",
        "stage_places",
        "growth_points",
        "drain_s",
        "writer_target",
    }
    assert set(kwargs) == {row.key for row in STAGES} | own
    for row in STAGES:
        stage = kwargs[row.key]._bound_deployment
        assert stage.name == row.deployment
        assert stage.init_args[0].kind == "fake"


def test_the_ingress_knows_its_own_room_and_the_adapters_of_the_generator() -> None:
    generator = {"kind": "vllm", "engine": {"model": "m", "adapters": {"sport": "x", "news": "y"}}}
    kwargs = bound(generator=generator, scaling={"ingress": {"max_ongoing_requests": 9}}).init_kwargs
    assert kwargs["max_ongoing_requests"] == 9
    assert kwargs["adapters"] == ("news", "sport")


def test_a_scaling_reaches_its_own_stage_alone() -> None:
    ingress = bound(scaling={"reward": {"max_replicas": 3, "max_queued_requests": 7}})
    stages = {row.key: ingress.init_kwargs[row.key]._bound_deployment for row in STAGES}
    assert stages["reward"]._deployment_config.autoscaling_config.max_replicas == 3
    assert stages["reward"]._deployment_config.max_queued_requests == 7
    assert {stages[key]._deployment_config.autoscaling_config.max_replicas for key in stages if key != "reward"} == {1}


def test_the_ingress_gets_the_settings_of_an_inline_stage_and_no_deployment_is_made_of_it() -> None:
    kwargs = bound(scaling={"router": {"placement": "inline"}, "reward": {"placement": "deployment"}}).init_kwargs
    assert kwargs["router"] == FakeRouterSettings()
    assert kwargs["reward"]._bound_deployment.name == "RewardScorer"
    assert "router" not in kwargs["stage_places"]
    assert "router" not in kwargs["drain_s"]
    assert "reward" in kwargs["stage_places"]


def test_every_bound_of_the_scaling_is_set_in_serve() -> None:
    scaling = Scaling(
        min_replicas=2, max_replicas=5, target_ongoing_requests=3, upscale_delay_s=4, downscale_delay_s=6,
        max_ongoing_requests=11, max_queued_requests=13, graceful_shutdown_timeout_s=17, num_cpus=0.5, num_gpus=1,
        env_vars={"OMP_NUM_THREADS": "2"},
    )  # fmt: skip
    made = scaled(CaptionerDeployment, scaling, StockAutoscaling())
    config, autoscaling = made._deployment_config, made._deployment_config.autoscaling_config
    assert (autoscaling.min_replicas, autoscaling.max_replicas, autoscaling.target_ongoing_requests) == (2, 5, 3)
    assert (autoscaling.upscale_delay_s, autoscaling.downscale_delay_s) == (4, 6)
    assert (config.max_ongoing_requests, config.max_queued_requests) == (11, 13)
    assert config.graceful_shutdown_timeout_s == 17
    options = made.ray_actor_options
    assert (options["num_cpus"], options["num_gpus"]) == (0.5, 1)
    assert options["runtime_env"]["env_vars"] == {"OMP_NUM_THREADS": "2"}
    assert config.user_config == {}, "without one Serve would not call `reconfigure`, and the stage would never start"


def test_a_stage_is_placed_as_its_scaling_says() -> None:
    scaling = Scaling(label_selector={"pool": "engine"}, max_replicas_per_node=2, max_surge_percent=50, num_gpus=1)
    made = scaled(CaptionerDeployment, scaling, StockAutoscaling())
    assert made.ray_actor_options["label_selector"] == {"pool": "engine"}
    assert made._replica_config.max_replicas_per_node == 2
    assert made._deployment_config.max_surge_percent == 50
    assert made._replica_config.placement_group_bundles is None


def test_several_gpus_of_a_replica_are_reserved_together_on_one_node() -> None:
    scaling = Scaling(label_selector={"pool": "a100"}, num_gpus=4, num_cpus=8)
    config = scaled(CaptionerDeployment, scaling, StockAutoscaling())._replica_config
    assert config.placement_group_bundles == [{"CPU": 8, "GPU": 4}]
    assert config.placement_group_strategy == "STRICT_PACK"
    assert config.placement_group_bundle_label_selector == [{"pool": "a100"}]
    assert (config.ray_actor_options["num_cpus"], config.ray_actor_options["num_gpus"]) == (8, 4)


def test_the_graphs_policy_counts_the_demand_at_an_ingress_of_a_fixed_size() -> None:
    graph = {"kind": "graph", "floor_s": 60}
    ingress = bound(autoscaling=graph, scaling={"generator": {"max_replicas": 3}})
    autoscaling = ingress._deployment_config.autoscaling_config
    assert autoscaling.policy.policy_kwargs["forecast"]["floor_s"] == 60
    stages = {row.key: ingress.init_kwargs[row.key]._bound_deployment for row in STAGES}
    policies = {key: stage._deployment_config.autoscaling_config.policy for key, stage in stages.items()}
    assert [key for key, policy in policies.items() if not policy.is_default_policy_function()] == ["generator"]


def test_building_changes_no_deployment_that_others_build_from() -> None:
    scaled(Ingress, Scaling(max_replicas=5), StockAutoscaling())
    assert Ingress._deployment_config.autoscaling_config is None


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"captioner": {"kind": "oracle"}}, "captioner.*oracle"),
        ({"captionr": {"kind": "fake"}}, "did you mean 'captioner'"),
        ({"scaling": {"ingress": {"min_replicas": 0}}}, r"scaling\.ingress\.min_replicas=0"),
        (
            {"autoscaling": {"kind": "stock"}, "scaling": {"reward": {"targets": {"queue_tokens": 9}}}},
            r"scaling\.reward\.targets: Serve's stock policy looks at calls alone",
        ),
        ({"scaling": {"reward": {"affinity": {}}}}, "unknown key 'affinity'"),
        ({"scaling": {"generator": {"affinity": {"max_imbalance": -1}}}}, "max_imbalance"),
    ],
)
def test_impossible_settings_are_refused_before_anything_starts(args: dict[str, Any], words: str) -> None:
    with pytest.raises(Misconfigured, match=f"args: .*{words}"):
        build(FAKE | args)


def test_a_missing_stage_is_named() -> None:
    with pytest.raises(Misconfigured, match="args: generator: is missing"):
        build({key: value for key, value in FAKE.items() if key != "generator"})
