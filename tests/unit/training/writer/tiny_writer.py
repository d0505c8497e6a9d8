"""A writer of two small layers, and branches of one item."""

from __future__ import annotations

from typing import Any

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from training.writer.packed import Branch

SHARED = (5, 6, 7, 8)
BRANCHES = [
    Branch((*SHARED, 9, 10), (11, 12, 3)),
    Branch((*SHARED, 9, 13), (14, 3)),
    Branch((*SHARED, 15, 10), (16,)),
]


def tiny_writer() -> Any:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=32, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=64,
    )  # fmt: skip
    return LlamaForCausalLM(config).eval()


def alone(model: Any, branch: Branch) -> torch.Tensor:
    """Sum of the cross entropies of one branch's answer, as a plain sequence."""
    ids = torch.tensor([[*branch.prompt, *branch.answer]])
    logits = model(input_ids=ids).logits[0, len(branch.prompt) - 1 : -1]
    return torch.nn.functional.cross_entropy(logits, torch.tensor(branch.answer), reduction="sum")
