"""Shapes of models: what a serving engine reads of a folder, without weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from benchmarks.gpu.shapes import with_shapes, writer
from deployments.settings import parse
from serve_app.settings import AppSettings


def test_the_writer_is_of_the_published_shape(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    tokenizer = tmp_path / "tokenizer"
    tokenizer.mkdir()
    (tokenizer / "tokenizer.json").write_text("{}")
    folder = writer(tmp_path / "writer", tokenizer, layers=2)
    config = json.loads((folder / "config.json").read_text())
    assert config["architectures"] == ["Qwen3ForCausalLM"]
    assert (config["hidden_size"], config["num_hidden_layers"], config["vocab_size"]) == (2560, 2, 151_936)
    assert (folder / "tokenizer.json").is_file()
    assert not list(folder.glob("*.safetensors"))


def test_the_engines_of_a_config_load_the_shapes_with_random_weights(root: Path, tmp_path: Path) -> None:
    config = yaml.safe_load((root / "configs/gpu.yaml").read_text())
    with_shapes(config, tmp_path)
    settings = parse(AppSettings, config["applications"][0]["args"], "gpu")
    for stage in ("captioner", "generator"):
        engine = getattr(settings, stage).engine
        assert (engine.model, engine.load_format) == (str(tmp_path / stage), "dummy")
