"""Reads a decoder model out of a GGUF file and writes it as a Hugging Face checkpoint, with NumPy alone.

A row of `ARCHITECTURES` is one family of models.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deployments.errors import Misconfigured

# GGUF's token type of control tokens (llama.cpp's enum llama_token_type).
_CONTROL = 3

_LAYER_NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_OTHER_NAMES = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
_OUTPUT, _EMBEDDING = "lm_head.weight", "model.embed_tokens.weight"


@dataclass(frozen=True)
class Architecture:
    """The properties of a family of models.

    permuted: projections whose rows GGUF interleaves, see `unpermute`. extra: entries of config.json.
    """

    class_name: str
    model_type: str
    permuted: tuple[str, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)


ARCHITECTURES = {
    "llama": Architecture(
        "LlamaForCausalLM", "llama", ("q_proj", "k_proj"), {"attention_bias": False, "mlp_bias": False}
    ),
    # Its layers have biases of query, key and value by definition: the config has no switch for them.
    "qwen2": Architecture("Qwen2ForCausalLM", "qwen2"),
}


@dataclass
class Model:
    """An open GGUF file; `reader` is a `gguf.GGUFReader`.

    tied: write the output layer as the embedding too, for a published model that ties them. A file with both has the
    output layer in finer quantisation.
    """

    reader: Any
    tied: bool = False

    @property
    def architecture(self) -> Architecture:
        return ARCHITECTURES[self.field("general.architecture")]

    def size(self, key: str) -> Any:
        """Return a metadata value whose key begins with the architecture."""
        return self.field(f"{self.field('general.architecture')}.{key}")

    @cached_property
    def written(self) -> dict[str, Any]:
        """The tensors to write, by their name in a Hugging Face checkpoint."""
        named = {hugging_face_name(tensor.name): tensor for tensor in self.reader.tensors}
        if self.tied and _OUTPUT in named:
            named[_EMBEDDING] = named.pop(_OUTPUT)
        return named

    def field(self, key: str) -> Any:
        """Return a metadata value. Raises Misconfigured if the file has no such key."""
        entry = self.reader.get_field(key)
        if entry is None:
            raise Misconfigured(f"the GGUF file has no field {key!r}")
        return entry.contents()

    @cached_property
    def tokens(self) -> list[str]:
        return self.field("tokenizer.ggml.tokens")

    @property
    def control_tokens(self) -> list[str]:
        types = self.field("tokenizer.ggml.token_type")
        return [word for word, kind in zip(self.tokens, types, strict=True) if kind == _CONTROL]


def read(path: Path, *, tied: bool = False) -> Model:
    """Open a GGUF file. Raises Misconfigured for a family without a row."""
    import gguf  # noqa: PLC0415 - heavy

    model = Model(gguf.GGUFReader(path), tied)
    if (kind := model.field("general.architecture")) not in ARCHITECTURES:
        raise Misconfigured(f"the GGUF file holds a {kind!r} model; known: {', '.join(ARCHITECTURES)}")
    return model


def config(model: Model) -> dict[str, Any]:
    """Build the model's config.json, without the ids of special tokens."""
    family = model.architecture
    hidden, heads = model.size("embedding_length"), model.size("attention.head_count")
    return {
        "architectures": [family.class_name],
        "model_type": family.model_type,
        # Without it transformers warns of a faulty Mistral tokenizer, for any local one.
        "transformers_version": "5.16.0",
        "dtype": "bfloat16",
        "hidden_act": "silu",
        "hidden_size": hidden,
        "intermediate_size": model.size("feed_forward_length"),
        "num_hidden_layers": model.size("block_count"),
        "num_attention_heads": heads,
        "num_key_value_heads": model.size("attention.head_count_kv"),
        "head_dim": hidden // heads,
        "max_position_embeddings": model.size("context_length"),
        "rms_norm_eps": model.size("attention.layer_norm_rms_epsilon"),
        "rope_theta": model.size("rope.freq_base"),
        "vocab_size": len(model.tokens),
        "tie_word_embeddings": _OUTPUT not in model.written,
        **family.extra,
    }


def write_safetensors(model: Model, path: Path, progress: Callable[[float], None]) -> None:
    """Dequantise every tensor to bfloat16. `progress` gets the share done, 0 to 1.

    The file format is 8 bytes of header length, a JSON header, the tensors (github.com/huggingface/safetensors).
    It is written here because the library's NumPy interface has no bfloat16, and to hold one tensor at a time.
    """
    import gguf  # noqa: PLC0415 - heavy

    family = model.architecture
    heads = {"q_proj": model.size("attention.head_count"), "k_proj": model.size("attention.head_count_kv")}
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    total = 0
    for name, tensor in model.written.items():
        end = total + 2 * int(tensor.n_elements)
        shape = [int(size) for size in reversed(tensor.shape)]  # GGUF names the fastest dimension first
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [total, end]}
        total = end
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    with path.open("wb") as file:
        file.write(len(head).to_bytes(8, "little") + head)
        start = file.tell()
        for name, tensor in model.written.items():
            values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
            part = name.split(".")[-2]
            if part in family.permuted:
                values = unpermute(values, heads[part])
            file.write(to_bfloat16(values).data)
            progress((file.tell() - start) / total)


def hugging_face_name(name: str) -> str:
    """Translate a tensor's name: `blk.3.attn_q.weight` is `model.layers.3.self_attn.q_proj.weight`."""
    stem, kind = name.rsplit(".", 1)
    if stem in _OTHER_NAMES:
        return f"{_OTHER_NAMES[stem]}.{kind}"
    block, _, part = stem.removeprefix("blk.").partition(".")
    if part not in _LAYER_NAMES:
        raise Misconfigured(f"the GGUF file holds an unknown tensor: {name!r}")
    return f"model.layers.{block}.{_LAYER_NAMES[part]}.{kind}"


def unpermute(weight: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Undo the order of rows that GGUF gives the query and key projections of a Llama.

    GGUF interleaves the two halves of a head's rotary dimensions, Hugging Face keeps them apart
    (llama.cpp, convert_hf_to_gguf.py, `LlamaModel.permute`). Shape (heads x head size, hidden) in and out.
    """
    pairs = weight.shape[0] // heads // 2
    return weight.reshape(heads, pairs, 2, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


def to_bfloat16(values: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Round each float32 to its upper half, to nearest even. For finite values."""
    bits = np.ascontiguousarray(values, dtype=np.float32).view(np.uint32)
    return ((bits + (0x7FFF + ((bits >> 16) & 1))) >> 16).astype(np.uint16)
