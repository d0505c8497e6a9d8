"""Relations between the settings of the whole graph."""

from __future__ import annotations

import pytest

from deployments.errors import Misconfigured
from deployments.settings import parse
from serve_app.settings import AffinityScaling, AppSettings
from serve_app.stages import STAGES

FAKE = {row.key: {"kind": "fake"} for row in STAGES} | {"access": {"kind": "open"}}


def test_without_an_ingress_replica_no_probe_is_answered() -> None:
    with pytest.raises(Misconfigured, match=r"scaling\.ingress\.min_replicas=0: .*use at least 1"):
        parse(AppSettings, FAKE | {"scaling": {"ingress": {"min_replicas": 0}}}, "args")
    parse(AppSettings, FAKE | {"scaling": {"reward": {"min_replicas": 0}}}, "args")


def test_the_ingress_has_more_room_than_one_stage_by_default() -> None:
    """Requests wait in the stages; an ingress with a stage's room would be full first."""
    scaling = parse(AppSettings, FAKE, "args").scaling
    rooms = [getattr(scaling, row.key).max_ongoing_requests for row in STAGES]
    assert scaling.ingress.max_ongoing_requests > max(rooms)


def test_items_stay_on_a_replica_unless_an_operator_spreads_them() -> None:
    assert parse(AffinityScaling, {}, "x").affinity is not None
    assert parse(AffinityScaling, {"affinity": None}, "x").affinity is None
    assert parse(AffinityScaling, {"affinity": {"max_imbalance": 0}}, "x").affinity.max_imbalance == 0  # type: ignore[union-attr]


@pytest.mark.parametrize("key", [row.key for row in STAGES])
def test_a_kind_that_a_stage_does_not_have_is_refused_with_those_it_has(key: str) -> None:
    with pytest.raises(Misconfigured, match=rf"args: {key}: .*'oracle'.*'fake'"):
        parse(AppSettings, FAKE | {key: {"kind": "oracle"}}, "args")


ENGINE = {"model": "a-model"}


@pytest.mark.parametrize(
    ("num_gpus", "engine", "words"),
    [
        (
            0.35,
            {},
            r"generator\.engine\.gpu_memory_utilization=0\.9 exceeds 0\.95 of scaling\.generator\.num_gpus=0\.35",
        ),
        (0.5, {"gpu_memory_utilization": 0.476}, "what shares the card would not start"),
        (2, {}, r"tensor_parallel_size=1 and scaling\.generator\.num_gpus=2"),
        (1, {"tensor_parallel_size": 4}, r"tensor_parallel_size=4 and scaling\.generator\.num_gpus=1"),
    ],
)
def test_an_engine_is_held_against_the_gpus_of_its_replica(num_gpus: float, engine: dict, words: str) -> None:
    args = FAKE | {
        "generator": {"kind": "vllm", "engine": ENGINE | engine},
        "scaling": {"generator": {"num_gpus": num_gpus}},
    }
    with pytest.raises(Misconfigured, match=words):
        parse(AppSettings, args, "args")


@pytest.mark.parametrize(
    ("num_gpus", "engine"),
    [(0, {}), (1, {}), (2, {"tensor_parallel_size": 2}), (0.5, {"gpu_memory_utilization": 0.475})],
)
def test_an_engine_that_fits_its_gpus_is_taken(num_gpus: float, engine: dict) -> None:
    args = FAKE | {
        "generator": {"kind": "vllm", "engine": ENGINE | engine},
        "scaling": {"generator": {"num_gpus": num_gpus}},
    }
    parse(AppSettings, args, "args")


@pytest.mark.parametrize(
    ("stage", "settings", "field"),
    [
        ("router", {"kind": "embedding", "encoder": {"gpu_memory_utilization": 0.1}}, r"router\.encoder\."),
        ("reward", {"kind": "bradley_terry", "gpu_memory_utilization": 0.1}, r"reward\."),
    ],
)
def test_an_encoder_is_held_against_its_part_of_a_card(stage: str, settings: dict, field: str) -> None:
    args = FAKE | {stage: settings, "scaling": {stage: {"num_gpus": 0.1}}}
    with pytest.raises(Misconfigured, match=rf"{field}gpu_memory_utilization=0\.1 exceeds 0\.95 of scaling\.{stage}"):
        parse(AppSettings, args, "args")
    parse(AppSettings, args | {"scaling": {stage: {"num_gpus": 0.2}}}, "args")
    with pytest.raises(Misconfigured, match=rf"{field}gpu_memory_utilization bounds a whole process"):
        parse(AppSettings, args | {"scaling": {stage: {"placement": "inline"}}}, "args")


def inline(*keys: str, **stages: object) -> AppSettings:
    return parse(AppSettings, FAKE | stages | {"scaling": {key: {"placement": "inline"} for key in keys}}, "args")


def test_an_engine_of_vllm_is_kept_out_of_the_ingress() -> None:
    vllm = {"kind": "vllm", "engine": ENGINE}
    with pytest.raises(Misconfigured, match=r"scaling\.generator\.placement=inline: .* keep the generator a"):
        inline("generator", generator=vllm)
    assert inline("router", "reward", "captioner", generator=vllm).scaling.inline == {"router", "reward", "captioner"}
    assert set(inline("generator").scaling.deployed()) == {"captioner", "router", "reward"}


def test_stages_of_one_process_have_one_number_of_threads() -> None:
    stages = {"captioner": {"kind": "tags"}, "router": {"kind": "embedding", "encoder": {"threads": 2}}}
    with pytest.raises(Misconfigured, match=r"captioner\.threads=1, router\.encoder\.threads=2: torch has one number"):
        inline("captioner", "router", **stages)
    inline("router", **stages)
    inline("captioner", "router", captioner={"kind": "tags", "threads": 2}, router=stages["router"])
    inline("captioner", "router", "reward", captioner={"kind": "tags"}, reward={"kind": "bradley_terry"})


@pytest.mark.parametrize(
    ("generator", "scaling", "target"),
    [
        ({"kind": "vllm", "engine": ENGINE}, {"max_replicas": 2, "target_ongoing_requests": 3}, (3, 16)),
        ({"kind": "vllm", "engine": ENGINE}, {"min_replicas": 2, "max_replicas": 2}, None),
        ({"kind": "fake"}, {"max_replicas": 2}, None),
    ],
)
def test_only_an_engine_of_ours_that_scales_has_a_target(generator: dict, scaling: dict, target: tuple | None) -> None:
    settings = parse(AppSettings, FAKE | {"generator": generator, "scaling": {"generator": scaling}}, "args")
    assert settings.writer_target() == target


def test_a_config_says_who_may_call() -> None:
    with pytest.raises(Misconfigured, match=r"access is missing: write `access: \{kind: keys, file: \.\.\.\}`"):
        parse(AppSettings, {key: value for key, value in FAKE.items() if key != "access"}, "args")
    with pytest.raises(Misconfigured, match=r"args: access: .*'everyone'.*'open', 'keys'"):
        parse(AppSettings, FAKE | {"access": {"kind": "everyone"}}, "args")
