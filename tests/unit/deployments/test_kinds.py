"""Every kind of a stage is built from its settings, with the knobs that stand beside them."""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import TypeAdapter

from deployments import kinds
from deployments.captioner.cache import Cacheable, CachedKnobs
from deployments.stages import Life

ENGINE = {"engine": {"model": "m"}}
SERVER = {"server": {"base_url": "http://127.0.0.1:1/v1", "model": "m"}}
STAGES: dict[str, tuple[Any, Callable[[Any], Life], dict[str, dict[str, Any]]]] = {
    "captioner": (
        kinds.AnyCaptionerSettings,
        kinds.build_captioner,
        {"tags": {}, "vlm": {"engine": {"model": "m"}}, "openai": SERVER, "fake": {}},
    ),
    "router": (kinds.AnyRouterSettings, kinds.build_router, {"embedding": {}, "fake": {}}),
    "generator": (kinds.AnyGeneratorSettings, kinds.build_generator, {"vllm": ENGINE, "openai": SERVER, "fake": {}}),
    "reward": (kinds.AnyRewardSettings, kinds.build_reward, {"bradley_terry": {}, "fake": {}}),
}


@pytest.mark.parametrize("stage", STAGES)
def test_every_kind_is_built_and_its_knobs_stand_beside_its_settings(stage: str) -> None:
    union, build, required = STAGES[stage]
    models = typing.get_args(typing.get_args(union)[0])
    assert {model.model_fields["kind"].default for model in models} == set(required)
    for kind, fields in required.items():
        settings = TypeAdapter(union).validate_python({"kind": kind} | fields)
        built = build(settings)
        # The reference of knobs is made of the settings' module alone, without loading the class.
        assert built.knobs_type.__module__ == type(settings).__module__
        assert kinds.knobs_of(settings) is built.knobs_type
        assert issubclass(built.knobs_type, CachedKnobs) == isinstance(built, Cacheable)
