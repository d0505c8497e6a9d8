"""Writes adapters in PEFT's format, without PEFT: random weights for every linear layer of a Llama."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

LLAMA = {
    "hidden_size": 8,
    "intermediate_size": 12,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 4,
}


def linear_layers(llama: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """(output size, input size) of each layer, from a Llama's config."""
    hidden, inner, head = llama["hidden_size"], llama["intermediate_size"], llama["head_dim"]
    queries, keys = llama["num_attention_heads"] * head, llama["num_key_value_heads"] * head
    sizes = {
        "self_attn.q_proj": (queries, hidden),
        "self_attn.k_proj": (keys, hidden),
        "self_attn.v_proj": (keys, hidden),
        "self_attn.o_proj": (hidden, queries),
        "mlp.gate_proj": (inner, hidden),
        "mlp.up_proj": (inner, hidden),
        "mlp.down_proj": (hidden, inner),
    }
    return {f"model.layers.{i}.{name}": s for i in range(llama["num_hidden_layers"]) for name, s in sizes.items()}


def write_base(folder: Path, llama: dict[str, Any] = LLAMA) -> Path:
    """A checkpoint with the layers' shapes, random weights, an embedding, and a tokenizer's file beside it."""
    random = np.random.default_rng(7)
    sizes = linear_layers(llama) | {"model.embed_tokens": (32, llama["hidden_size"])}
    weights = {f"{name}.weight": random.normal(0, 1, size).astype(np.float32) for name, size in sizes.items()}
    folder.mkdir(exist_ok=True)
    save_file(weights, str(folder / "model.safetensors"), {"format": "pt"})
    (folder / "config.json").write_text(json.dumps(llama | {"tie_word_embeddings": True}))
    (folder / "tokenizer.json").write_text("{}")
    return folder


def write_adapter(
    folder: Path, llama: dict[str, Any] = LLAMA, *, rank: int = 4, seed: int = 0, size: float = 0.05, **config: object
) -> Path:
    """`size`: standard deviation of both factors. `config` replaces entries of adapter_config.json.

    The keys of a `rank_pattern` are ends of layers' names.
    """
    random = np.random.default_rng(seed)
    weights = {}
    ranks: Any = config.get("rank_pattern") or {}
    for name, (out, into) in linear_layers(llama).items():
        r = next((ranks[end] for end in ranks if name.endswith(f".{end}")), rank)
        weights[f"base_model.model.{name}.lora_A.weight"] = random.normal(0, size, (r, into)).astype(np.float32)
        weights[f"base_model.model.{name}.lora_B.weight"] = random.normal(0, size, (out, r)).astype(np.float32)
    folder.mkdir()
    save_file(weights, str(folder / "adapter_model.safetensors"), {"format": "pt"})
    targets = sorted({name.rpartition(".")[2] for name in linear_layers(llama)})
    lora_config = {"peft_type": "LORA", "r": rank, "lora_alpha": 2 * rank, "target_modules": targets, "bias": "none"}
    (folder / "adapter_config.json").write_text(json.dumps(lora_config | config))
    return folder
