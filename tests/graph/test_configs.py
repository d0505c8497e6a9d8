"""Every shipped config builds: its keys are known, its relations possible, its knobs valid. Nothing is started."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import yaml
from ray.serve.config import AutoscalingPolicy

from deployments.errors import Misconfigured
from deployments.kinds import build_captioner, build_generator, build_reward, build_router
from deployments.router.router import EmbeddingRouter
from deployments.settings import parse
from serve_app.app import build
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.places import check_drain, check_growth, check_places, check_stages
from serve_app.flow.writer import check_writer
from serve_app.settings import AppSettings
from serve_app.stages import INGRESS, STAGES

CONFIGS = ("cluster", "demo", "demo-large", "fake", "gpu", "openai")


def application(root: Path, name: str) -> dict:
    return yaml.safe_load((root / f"configs/{name}.yaml").read_text())["applications"][0]


def knobs_of(app: dict) -> dict:
    """Of the config, by deployment."""
    return {d["name"]: d["user_config"] for d in app["deployments"]}


def stage_knobs_of(app: dict) -> dict:
    """Of the config, by stage, wherever it runs."""
    knobs = knobs_of(app)
    keys = {row.deployment: row.key for row in STAGES}
    inline = knobs.pop(INGRESS, {}).get("stages", {})
    return inline | {keys[name]: each for name, each in knobs.items()}


def test_these_are_all_the_configs(root: Path) -> None:
    serve = {p.stem for p in (root / "configs").glob("*.yaml") if "applications" in p.read_text()}
    assert serve == set(CONFIGS)


@pytest.mark.parametrize("name", CONFIGS)
def test_it_builds_and_its_knobs_are_valid(root: Path, name: str) -> None:
    app = application(root, name)
    assert build(app["args"]) is not None
    settings = parse(AppSettings, app["args"], name)
    stages = {
        "captioner": build_captioner(settings.captioner),
        "router": build_router(settings.router),
        "generator": build_generator(settings.generator),
        "reward": build_reward(settings.reward),
    }
    knobs = parse(IngressKnobs, knobs_of(app).pop(INGRESS, {}), name)
    check_places(knobs.admission, settings.scaling.ingress.max_ongoing_requests, settings.scaling.stage_places())
    check_growth(knobs.admission, settings.scaling.growth_points())
    check_stages(knobs, settings.scaling.inline)
    check_writer(knobs.defaults, settings.writer_target())
    for key, stage_knobs in stage_knobs_of(app).items():
        parse(stages[key].knobs_type, stage_knobs, name)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("captioner", "kind"), "oracle", ["captioner", "oracle"]),
        (("scaling", "generator", "max_replica"), 2, ["scaling.generator", "max_replica", "max_replicas"]),
        (("scaling", "generator", "min_replicas"), 9, ["max_replicas=1", "min_replicas=9"]),
        (("scaling", "generator", "target_ongoing_requests"), 99, ["target_ongoing_requests", "max_ongoing_requests"]),
        (("scaling", "ingress", "min_replicas"), 0, ["scaling.ingress.min_replicas"]),
        (("scaling", "generator", "affinity"), {"max_imbalance": -1}, ["scaling.generator.affinity.max_imbalance"]),
        (("scaling", "reward", "affinity"), {}, ["scaling.reward", "affinity"]),
        (("scaling", "router"), {"placement": "inlin"}, ["scaling.router: placement is `deployment` or `inline`"]),
        (
            ("scaling", "router"),
            {"placement": "inline", "num_cpus": 1, "affinity": None},
            ["scaling.router: num_cpus, affinity: an inline stage has no replicas, queue or resources of its own"],
        ),
        (("scaling", "ingress", "placement"), "inline", ["scaling.ingress: unknown key 'placement'"]),
        (
            ("scaling", "reward", "targets"),
            {"queue_length": 9},
            ["scaling.reward.targets.queue_length", "queue_tokens"],
        ),
        (("scaling", "reward", "targets"), {"queue_tokens": 0}, ["scaling.reward.targets.queue_tokens"]),
        (("autoscaling", "kind"), "oracle", ["autoscaling", "oracle", "graph"]),
    ],
)
def test_impossible_settings_are_refused_by_name(root: Path, path: tuple, value: object, words: list[str]) -> None:
    args = application(root, "fake")["args"]
    inner = args
    for key in path[:-1]:
        inner = inner.setdefault(key, {})
    inner[path[-1]] = value
    with pytest.raises(Misconfigured) as caught:
        build(args)
    assert [w for w in words if w not in str(caught.value)] == []


@pytest.mark.parametrize("name", CONFIGS)
def test_the_hook_of_the_graphs_policy_is_there_where_it_is_needed(root: Path, name: str) -> None:
    """By a path that Serve can import."""
    app = application(root, name)
    is_graph = parse(AppSettings, app["args"], name).autoscaling.kind == "graph"
    assert ("autoscaling_policy" in app) == is_graph
    if is_graph:
        path = app["autoscaling_policy"]["policy_function"]
        assert AutoscalingPolicy(policy_function=path).get_policy().__name__ == "GraphPolicy"


def test_the_ingress_knows_the_adapters_that_the_generator_is_given(root: Path) -> None:
    args = application(root, "demo")["args"]
    args["generator"]["engine"]["adapters"] = {"sport": "models/sport", "news": "models/news"}
    assert build(args)._bound_deployment.init_kwargs["adapters"] == ("news", "sport")
    assert build(application(root, "fake")["args"])._bound_deployment.init_kwargs["adapters"] == ()


def test_impossible_relations_between_knobs_are_refused() -> None:
    with pytest.raises(Misconfigured, match=r"max_categories=13 exceeds limits.max_categories=12"):
        parse(IngressKnobs, {"defaults": {"max_categories": 13}}, "Ingress")
    with pytest.raises(Misconfigured, match=r"selection.early_stop.win_probability"):
        parse(IngressKnobs, {"selection": {"early_stop": {"win_probability": 0.5}}}, "Ingress")
    with pytest.raises(Misconfigured, match="nothing is left"):
        parse(IngressKnobs, {"reserve": {"generate_share": 0.8, "score_share": 0.1, "route_share": 0.1}}, "Ingress")


@pytest.mark.parametrize("name", CONFIGS)
def test_the_service_answers_a_spent_budget_before_the_proxy_cuts_it(root: Path, name: str) -> None:
    config = yaml.safe_load((root / f"configs/{name}.yaml").read_text())
    knobs = next((d["user_config"] for d in config["applications"][0]["deployments"] if d["name"] == "Ingress"), {})
    ingress = parse(IngressKnobs, knobs, name)
    for options in ("http_options", "grpc_options"):
        assert config[options]["request_timeout_s"] * 1000 > ingress.limits.max_time_budget_ms
        assert config[options]["request_timeout_s"] > ingress.admission.max_batch_s


def test_the_engines_of_one_card_start_one_after_the_other(root: Path) -> None:
    """vLLM's own arithmetic (`request_memory`): an engine starts where its share of the card is free."""
    settings = parse(AppSettings, application(root, "gpu")["args"], "gpu")
    total = 80 * 2**30
    free = total - 4 * 2**30  # the encoders' contexts, weights and CUDA graphs
    for stage, weights_gib in (("captioner", 7.5), ("generator", 8)):
        engine = getattr(settings, stage).engine
        assert free >= engine.gpu_memory_utilization * total
        taken = weights_gib * 2**30 + engine.kv_cache_bytes + 4 * 2**30  # and activations and CUDA graphs
        assert taken <= engine.gpu_memory_utilization * total
        free -= taken
    shares = [getattr(settings.scaling, row.key).num_gpus for row in STAGES]
    assert sum(shares) == pytest.approx(1)


def test_on_many_nodes_every_stage_has_its_pool_and_starts_new_replicas_before_it_stops_old_ones(root: Path) -> None:
    scaling = parse(AppSettings, application(root, "cluster")["args"], "cluster").scaling
    pools = {key: getattr(scaling, key).label_selector for key in type(scaling).model_fields}
    assert pools == {
        "captioner": {"pool": "engine"}, "router": {"pool": "cpu"}, "generator": {"pool": "engine"},
        "reward": {"pool": "encoder"}, "ingress": {"pool": "cpu"},
    }  # fmt: skip
    assert all(getattr(scaling, key).max_surge_percent for key in pools)
    assert all(getattr(scaling, key).min_replicas > 1 for key in pools if key != "captioner")


@pytest.mark.parametrize("name", CONFIGS)
def test_a_replica_that_is_stopped_finishes_its_calls(root: Path, name: str) -> None:
    app = application(root, name)
    knobs = next((d["user_config"] for d in app["deployments"] if d["name"] == "Ingress"), {})
    check_drain(parse(IngressKnobs, knobs, name), parse(AppSettings, app["args"], name).scaling.drain_s())


@pytest.mark.parametrize("name", CONFIGS)
def test_the_ingress_has_the_routers_catalogue_at_hand(root: Path, name: str) -> None:
    app = application(root, name)
    at_hand = parse(IngressKnobs, knobs_of(app).get(INGRESS, {}), name).catalogue.load()
    router = build_router(parse(AppSettings, app["args"], name).router)
    if isinstance(router, EmbeddingRouter):
        assert parse(router.knobs_type, stage_knobs_of(app)["router"], name).catalogue.load() == at_hand
    else:
        names = {category.category for category in at_hand.categories}
        assert {category.category for category in asyncio.run(router.categories())} <= names
