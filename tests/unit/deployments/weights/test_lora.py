"""Adapters in PEFT's format: what is read of them, and what is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import load_file, save_file

from deployments.errors import Misconfigured
from deployments.weights.lora import (
    CONFIG,
    WEIGHTS,
    Lora,
    check_base,
    check_layers,
    checkpoint,
    read,
    read_shapes,
    tensor_names,
)
from tests.unit.deployments.engines.peft_folder import LLAMA, linear_layers, write_adapter, write_base

QUERY, GATE = "model.layers.0.self_attn.q_proj", "model.layers.1.mlp.gate_proj"


def adapter(tmp_path: Path, **config: Any) -> Lora:
    return read("key", str(write_adapter(tmp_path / "adapter", **config)))


def test_an_adapter_has_the_sizes_of_its_layers_and_the_highest_rank(tmp_path: Path) -> None:
    lora = adapter(tmp_path, rank=4, rank_pattern={"gate_proj": 8})
    assert lora.layers == linear_layers(LLAMA)
    assert lora.rank == 8
    assert lora.folder == tmp_path / "adapter"


def test_the_revision_is_of_weights_and_config(tmp_path: Path) -> None:
    folders = [
        write_adapter(tmp_path / "a"), write_adapter(tmp_path / "b"), write_adapter(tmp_path / "c", seed=1),
        write_adapter(tmp_path / "d", lora_alpha=1),
    ]  # fmt: skip
    same, again, *others = [read("key", str(folder)).revision for folder in folders]
    assert same == again
    assert len({same, *others}) == 3


@pytest.mark.parametrize(
    ("config", "query", "gate"),
    [
        ({"lora_alpha": 8}, 2.0, 2.0),
        ({"lora_alpha": 8, "use_rslora": True}, 4.0, 4.0),
        ({"lora_alpha": 8, "rank_pattern": {"q_proj": 2}}, 4.0, 2.0),
        ({"lora_alpha": 8, "alpha_pattern": {r"layers\.1\.mlp\.gate_proj": 1}}, 2.0, 0.25),
        ({"lora_alpha": 8, "alpha_pattern": {"proj": 1}}, 2.0, 2.0),  # a pattern is a whole part of the name
        ({"lora_alpha": 8, "alpha_pattern": {".*_proj": 1, "q_proj": 4}}, 0.25, 0.25),  # the first that matches
    ],
)
def test_the_scale_of_a_layer_is_alpha_over_its_rank(tmp_path: Path, config: dict, query: float, gate: float) -> None:
    lora = adapter(tmp_path, rank=4, **config)
    assert lora.scale(QUERY) == pytest.approx(query)
    assert lora.scale(GATE) == pytest.approx(gate)


def edited(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], Path]:
    """An adapter whose tensors are changed."""

    def write(folder: Path) -> Path:
        weights = load_file(write_adapter(folder) / WEIGHTS)
        change(weights)
        save_file(weights, str(folder / WEIGHTS))
        return folder

    return write


def config_of(text: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (write_adapter(folder) / CONFIG).write_text(text)
        return folder

    return write


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (config_of("{half"), f"{CONFIG} is not JSON"),
        (config_of("[]"), "no peft_type LORA"),
        (config_of(json.dumps({"peft_type": "LORA"})), "no usable rank `r`"),
        (lambda f: write_adapter(f, r=0), "no usable rank `r`"),
        (lambda f: write_adapter(f, rank_pattern={"x": "4"}), "no usable rank `r`"),
        (lambda f: write_adapter(f, alpha_pattern={"x": None}), "no usable `lora_alpha`"),
        (config_of('{"peft_type": "LORA", "r": 4, "lora_alpha": NaN}'), "no usable `lora_alpha`"),
        (config_of('{"peft_type": "LORA", "r": 4, "lora_alpha": Infinity}'), "no usable `lora_alpha`"),
        (lambda f: write_adapter(f, rank_pattern={"[": 4}), r"pattern '\[' that is no regular expression"),
        (lambda f: write_adapter(f, use_dora=True, modules_to_save=["lm_head"]), "use_dora, modules_to_save cannot"),
        (lambda f: write_adapter(f, bias="lora_only"), "bias cannot be served"),
        (lambda f: write_adapter(f, init_lora_weights="OLoRA"), "init_lora_weights cannot be served"),
        (edited(lambda w: w.clear()), f"{WEIGHTS} lacks lora_A or lora_B"),
        (edited(lambda w: w.pop(tensor_names(QUERY)[0])), f"{WEIGHTS} lacks lora_A or lora_B"),
        (edited(lambda w: w.update({"base_model.model.x.weight": w[tensor_names(QUERY)[0]]})), "no LoRA weight of"),
        (edited(lambda w: w.update({tensor_names(QUERY)[0]: w[tensor_names(QUERY)[0]][None]})), "no LoRA weight of"),
        (lambda f: write_adapter(f, rank=4, r=8), f"has rank 4 in {WEIGHTS}, and 8 in {CONFIG}"),
    ],
)
def test_files_that_do_not_agree_are_refused_by_the_key(
    tmp_path: Path, make: Callable[[Path], Path], words: str
) -> None:
    with pytest.raises(Misconfigured, match=f"^key: .*{words}"):
        read("key", str(make(tmp_path / "adapter")))


@pytest.mark.parametrize("init", [True, False, "gaussian", "eva", None])
def test_an_initialisation_that_leaves_the_base_alone_is_taken(tmp_path: Path, init: object) -> None:
    assert adapter(tmp_path, init_lora_weights=init)


@pytest.mark.parametrize(
    ("model", "trained_on", "fits"),
    [
        ("package:a", "package:a", True),
        ("package:a", "package:b", False),
        ("package:a", "some-org/a", True),
        ("package:a", None, True),
        ("models/a", "package:b", True),
        ("package:a+x", "package:a+x", True),
        ("package:a+x", "package:a", False),
        ("package:a", "package:a+x", False),
    ],
)
def test_a_base_is_compared_where_both_names_identify_weights(
    tmp_path: Path, model: str, trained_on: str | None, fits: bool
) -> None:
    lora = adapter(tmp_path, base_model_name_or_path=trained_on)
    if fits:
        check_base("key", lora, model)
        return
    with pytest.raises(Misconfigured, match=r"^key: was trained on '.*', and the model here is '"):
        check_base("key", lora, model)


def test_a_merged_model_takes_no_adapter_that_names_no_base(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="was trained on a model that it does not name"):
        check_base("key", adapter(tmp_path, base_model_name_or_path=None), "package:a+x")


def test_every_layer_must_be_there_with_its_size(tmp_path: Path) -> None:
    lora = adapter(tmp_path)
    shapes = read_shapes(write_base(tmp_path / "base") / "model.safetensors", "key")
    check_layers("key", lora, shapes, "m")
    with pytest.raises(Misconfigured, match=rf"{QUERY} \(8, 8\) is \(9, 8\) there"):
        check_layers("key", lora, shapes | {f"{QUERY}.weight": (9, 8)}, "m")
    del shapes[f"{GATE}.weight"]
    with pytest.raises(Misconfigured, match=rf"{GATE} \(12, 8\) does not exist there"):
        check_layers("key", lora, shapes, "m")


def test_an_adapter_in_the_folder_of_a_model_is_none_of_its_weights(tmp_path: Path) -> None:
    base = write_base(tmp_path / "base")
    (base / WEIGHTS).touch()
    (base / "model-2.safetensors").touch()
    assert [file.name for file in checkpoint(base)] == ["model-2.safetensors", "model.safetensors"]


def test_a_rank_stabilised_scale_falls_with_the_root_of_the_rank(tmp_path: Path) -> None:
    lora = adapter(tmp_path, rank=9, lora_alpha=6, use_rslora=True)
    assert lora.scale(QUERY) == pytest.approx(6 / math.sqrt(9))
