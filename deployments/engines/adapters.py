"""The LoRA adapters of an engine, checked before it starts. Imports neither torch nor vLLM."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from deployments.errors import Misconfigured
from deployments.weights import lora


@dataclass(frozen=True)
class Adapter:
    """One adapter of an engine. `number` is vLLM's id, from 1. `revision`: 12 hexadecimal digits of its content."""

    name: str
    number: int
    folder: str
    rank: int
    revision: str


def check_name(name: str, names: Collection[str]) -> None:
    """Raise Misconfigured for an unknown adapter name; "" is the model without an adapter."""
    if not name or name in names:
        return
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.0)
    hint = f"did you mean {near[0]!r}?" if near else "engine.adapters is empty"
    raise Misconfigured(f"adapter: the engine has no adapter {name!r}; {hint}")


def load(references: Mapping[str, str], max_rank: int, reference: str, model: str) -> dict[str, Adapter]:
    """Check every adapter against the model.

    `reference` is the model as configured, `model` the resolved one. Layers are compared for a local folder only.
    Raises Misconfigured with the key. Reads all of the adapters: call it in a thread.
    """
    files = lora.checkpoint(Path(model)) if references else []
    shapes = {name: shape for file in files for name, shape in lora.read_shapes(file, "engine.model").items()}
    return {
        name: _load(name, number, folder, max_rank, reference, shapes)
        for number, (name, folder) in enumerate(sorted(references.items()), start=1)
    }


def _load(name: str, number: int, folder: str, max_rank: int, model: str, shapes: Mapping[str, lora.Shape]) -> Adapter:
    key = f"engine.adapters.{name}"
    lora_adapter = lora.read(key, folder)
    if lora_adapter.rank > max_rank:
        raise Misconfigured(
            f"{key}: rank {lora_adapter.rank} is above engine.max_lora_rank={max_rank}: raise it or train a smaller"
        )
    lora.check_base(key, lora_adapter, model)
    # A checkpoint that names none of the layers is left to vLLM, which may have other names for them.
    if any(f"{layer}.weight" in shapes for layer in lora_adapter.layers):
        lora.check_layers(key, lora_adapter, shapes, model)
    return Adapter(name, number, str(lora_adapter.folder.resolve()), lora_adapter.rank, lora_adapter.revision)
