"""A Llama of a few thousand random weights, whose training takes a second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Threads cost more than they bring on a model this small."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def saved(folder: Path) -> Path:
    """With a vocabulary of 64."""
    from transformers import LlamaConfig, LlamaForCausalLM

    llama: Any = LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=64, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=128, tie_word_embeddings=True, initializer_range=0.5,
    )  # fmt: skip
    llama(config).save_pretrained(folder)
    return folder
