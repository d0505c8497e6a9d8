"""The demo prepares what its config loads, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from deployments.errors import Misconfigured
from serve_app.demo.weights import references

SMOL = "package:smollm2-135m-instruct"
MINILM = "package:all-minilm-l6-v2"


def config(root: Path, name: str) -> dict[str, Any]:
    return yaml.safe_load((root / "configs" / name).read_text())


def with_model(root: Path, model: str) -> dict[str, Any]:
    changed = config(root, "demo.yaml")
    changed["applications"][0]["args"]["generator"]["engine"]["model"] = model
    return changed


def test_defaults_and_the_reward_s_trunk_count_too(root: Path) -> None:
    assert references(with_model(root, SMOL)) == ["package:efficientnet-lite0", MINILM, SMOL]


def test_a_merge_is_prepared_as_the_config_names_it(root: Path) -> None:
    assert f"{SMOL}+models/writer-small" in references(with_model(root, f"{SMOL}+models/writer-small"))


def test_a_hub_model_is_left_to_its_loader(root: Path) -> None:
    assert references(with_model(root, "some-org/some-model")) == ["package:efficientnet-lite0", MINILM]


def test_a_trunk_that_nothing_else_loads(root: Path) -> None:
    changed = config(root, "demo.yaml")
    changed["applications"][0]["args"] |= {"router": {"kind": "fake"}, "captioner": {"kind": "fake"}}
    changed["applications"][0]["args"] |= {"generator": {"kind": "fake"}}
    assert references(changed) == [MINILM]


def test_fakes_need_none(root: Path) -> None:
    assert references(config(root, "fake.yaml")) == []


def test_a_name_that_means_nothing_is_refused_before_anything_starts(root: Path) -> None:
    with pytest.raises(Misconfigured, match="did you mean 'package:smollm2-135m-instruct'"):
        references(with_model(root, "package:smollm2"))
