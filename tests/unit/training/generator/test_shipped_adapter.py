"""The adapter in models/generator: it is what its card says, and it fits the prompt and the config that serve it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from deployments.generator.prompt import PROMPT_REVISION
from deployments.generator.settings import GeneratorKnobs
from deployments.weights import lora
from training.generator.card import render

SAMPLING = ("temperature", "top_p", "min_p", "repetition_penalty")
KNOBS = (*SAMPLING, "second_tries", "openings")


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    return root / "models/generator"


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))


def test_it_is_small_and_was_trained_on_the_prompt_that_serves(folder: Path) -> None:
    assert sum(p.stat().st_size for p in folder.iterdir()) < 24 * 2**20
    assert read(folder, "report.json")["prompt_revision"] == PROMPT_REVISION
    assert read(folder, "eval.json")["about"]["prompt_revision"] == PROMPT_REVISION


def test_what_was_measured_is_this_adapter_as_it_serves(folder: Path) -> None:
    found = read(folder, "eval.json")
    assert found["about"]["models"]["tuned"].endswith(lora.read("adapter", str(folder)).revision)
    served = GeneratorKnobs().model_dump(mode="json")
    assert {name: found["about"]["knobs"][name] for name in KNOBS} == {name: served[name] for name in KNOBS}
    assert found["items"] >= 200


def test_the_sampling_that_serves_is_the_best_of_the_sweep(folder: Path) -> None:
    chosen = read(folder, "sweep.json")["best"]["knobs"]
    served = GeneratorKnobs().model_dump(mode="json")
    assert {name: chosen[name] for name in SAMPLING} == {name: served[name] for name in SAMPLING}


def test_the_card_is_of_these_files_and_shows_twenty_stories(folder: Path) -> None:
    assert (folder / "README.md").read_text(encoding="utf-8") == render(folder)
    assert len(read(folder, "samples.json")) == 20


def test_the_demo_serves_it_merged(root: Path) -> None:
    config = yaml.safe_load((root / "configs/demo.yaml").read_text(encoding="utf-8"))
    model = config["applications"][0]["args"]["generator"]["engine"]["model"]
    assert model == "package:smollm2-135m-instruct+models/generator"
