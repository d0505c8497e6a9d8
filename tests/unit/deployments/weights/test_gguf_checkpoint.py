"""A checkpoint folder from a GGUF file that is written here: tokenizer, template, configs and weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
from safetensors.torch import load_file
from tokenizers import Tokenizer, pre_tokenizers

from deployments.errors import Misconfigured
from deployments.weights import gguf_checkpoint, gguf_model

BYTES = sorted(pre_tokenizers.ByteLevel.alphabet())
WORDS = ["<s>", "</s>", *BYTES, "ca", "cat"]
MERGES = ["c a", "ca t"]
IDS = {"bos_token_id": 0, "eos_token_id": 1, "unk_token_id": 1}


def write_gguf(
    path: Path, *, splits: str = "smollm", arch: str = "llama", template: bool = True, special: bool = False
) -> Path:
    """The smallest model: one embedding, one norm, one query projection of two heads. special: name its tokens."""
    writer = gguf.GGUFWriter(path, arch)
    writer.add_context_length(64)
    writer.add_embedding_length(8)
    writer.add_block_count(1)
    writer.add_feed_forward_length(12)
    writer.add_head_count(2)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(splits)
    writer.add_token_list(WORDS)
    writer.add_token_types([3, 3, *[1] * (len(WORDS) - 2)])
    writer.add_token_merges(MERGES)
    if template:
        writer.add_chat_template("{{ messages }}")
    if special:
        writer.add_bos_token_id(0)
        writer.add_eos_token_id(1)
        writer.add_pad_token_id(1)
        writer.add_unk_token_id(0)
    random = np.random.default_rng(0)
    tensors = {"token_embd": (len(WORDS), 8), "output_norm": (8,), "blk.0.attn_q": (8, 8)}
    for name, shape in tensors.items():
        writer.add_tensor(f"{name}.weight", random.normal(size=shape).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def written(tmp_path: Path, **changes: Any) -> tuple[Path, list[tuple[str, float]]]:
    steps: list[tuple[str, float]] = []
    target = tmp_path / "target"
    target.mkdir()
    model = gguf_model.read(write_gguf(tmp_path / "m.gguf", **changes))
    gguf_checkpoint.write(model, target, IDS, lambda *step: steps.append(step))
    return target, steps


def test_the_folder_holds_all_that_a_loader_reads(tmp_path: Path) -> None:
    target, steps = written(tmp_path)
    assert {file.name for file in target.iterdir()} == {
        "chat_template.jinja", "config.json", "generation_config.json", "model.safetensors", "tokenizer.json",
        "tokenizer_config.json",
    }  # fmt: skip
    shares = [share for _, share in steps]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
    assert (target / "chat_template.jinja").read_text() == "{{ messages }}"


def test_special_tokens_are_ids_in_the_configs_and_words_in_the_tokenizers(tmp_path: Path) -> None:
    target, _ = written(tmp_path)
    config, generation, tokenizer = (
        json.loads((target / f"{name}.json").read_text())
        for name in ("config", "generation_config", "tokenizer_config")
    )
    assert generation == {"bos_token_id": 0, "eos_token_id": 1}
    assert generation.items() <= config.items()
    assert (tokenizer["bos_token"], tokenizer["eos_token"], tokenizer["unk_token"]) == ("<s>", "</s>", "</s>")
    assert tokenizer["model_max_length"] == 64
    assert (config["hidden_size"], config["head_dim"], config["vocab_size"]) == (8, 4, len(WORDS))
    assert config["tie_word_embeddings"]


def test_weights_are_of_the_models_names_with_rows_in_their_own_order(tmp_path: Path) -> None:
    target, _ = written(tmp_path)
    weights = load_file(target / "model.safetensors")
    query = "model.layers.0.self_attn.q_proj.weight"
    assert weights.keys() == {"model.embed_tokens.weight", "model.norm.weight", query}
    random = np.random.default_rng(0)
    for shape in ((len(WORDS), 8), (8,)):
        random.normal(size=shape)
    original = random.normal(size=(8, 8)).astype(np.float32)
    np.testing.assert_allclose(weights[query].float().numpy(), gguf_model.unpermute(original, 2), rtol=0.01)


@pytest.mark.parametrize(
    ("splits", "text", "tokens"),
    [
        ("smollm", "cat12", ["cat", "1", "2"]),
        ("qwen2", "cat12", ["cat", "1", "2"]),
        ("smollm", "cat</s>", ["cat", "</s>"]),
        ("qwen2", "cat\n\ncat", ["cat", "Ċ", "Ċ", "cat"]),
    ],
)
def test_a_tokenizer_splits_as_its_model_was_trained(tmp_path: Path, splits: str, text: str, tokens: list[str]) -> None:
    target, _ = written(tmp_path, splits=splits)
    tokenizer = Tokenizer.from_file(str(target / "tokenizer.json"))
    encoded = tokenizer.encode(text)
    assert encoded.tokens == tokens
    assert tokenizer.decode(encoded.ids, skip_special_tokens=False) == text


def test_one_of_two_tokenizers_composes_accents(tmp_path: Path) -> None:
    """Qwen's normalises to NFC, SmolLM's reads the bytes as they come."""
    lengths = {}
    for splits in ("smollm", "qwen2"):
        (tmp_path / splits).mkdir()
        target, _ = written(tmp_path / splits, splits=splits)
        lengths[splits] = len(Tokenizer.from_file(str(target / "tokenizer.json")).encode("e\u0301").ids)
    assert lengths["qwen2"] < lengths["smollm"]


def test_an_unknown_tokenizer_or_family_or_a_missing_template_is_refused_by_name(tmp_path: Path) -> None:
    for name, changes, words in (
        ("a", {"splits": "tekken"}, "tokenizer 'tekken'; known: smollm, qwen2"),
        ("b", {"arch": "mamba"}, "a 'mamba' model; known: llama, qwen2"),
        ("c", {"template": False}, r"no field 'tokenizer\.chat_template'"),
    ):
        (tmp_path / name).mkdir()
        with pytest.raises(Misconfigured, match=words):
            written(tmp_path / name, **changes)
