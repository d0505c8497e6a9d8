"""The numbers of the conversion, on matrices small enough to check by eye."""

from __future__ import annotations

import numpy as np
import pytest

from deployments.errors import Misconfigured
from deployments.weights.gguf_model import hugging_face_name, to_bfloat16, unpermute


def test_names_are_those_of_hugging_face() -> None:
    assert hugging_face_name("blk.12.attn_q.weight") == "model.layers.12.self_attn.q_proj.weight"
    assert hugging_face_name("blk.0.ffn_norm.weight") == "model.layers.0.post_attention_layernorm.weight"
    assert hugging_face_name("token_embd.weight") == "model.embed_tokens.weight"
    with pytest.raises(Misconfigured, match=r"blk\.0\.ssm_in"):
        hugging_face_name("blk.0.ssm_in.weight")


def test_rotary_halves_are_kept_apart_again_within_each_head() -> None:
    # Two heads of four rows, interleaved as GGUF does: first half 0, 1, second half 2, 3.
    interleaved = np.array([0, 2, 1, 3, 10, 12, 11, 13], dtype=np.float32).reshape(8, 1)
    assert unpermute(interleaved, heads=2).ravel().tolist() == [0, 1, 2, 3, 10, 11, 12, 13]


def test_bfloat16_rounds_as_torch_does() -> None:
    import torch

    values = np.random.default_rng(0).normal(size=4096).astype(np.float32)
    values[:4] = [0.0, -0.0, 1.00390625, 1.01171875]  # the last two lie half-way between two bfloat16s
    expected = torch.from_numpy(values).to(torch.bfloat16).view(torch.int16).numpy().view(np.uint16)
    assert (to_bfloat16(values) == expected).all()
