"""LoRA adapters in PEFT's format, checked before an engine starts with them. Imports neither torch nor vLLM."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployments.errors import Misconfigured
from deployments.paths import find
from deployments.weights.registry import PREFIX

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"

# PEFT's names of what vLLM does not compute: it refuses them only when the engine has started, or not at all.
_UNSUPPORTED = ("use_dora", "lora_bias", "modules_to_save", "layer_replication", "alora_invocation_tokens")
_LAYER_PREFIX = "base_model.model."


@dataclass(frozen=True)
class Adapter:
    """One adapter of an engine. `number` is vLLM's id, from 1. `revision`: 12 hexadecimal digits of its content."""

    name: str
    number: int
    folder: str
    rank: int
    revision: str


def known(name: str, names: Collection[str]) -> None:
    """Raises Misconfigured for a name that no adapter of the engine has; "" is the model without an adapter."""
    if not name or name in names:
        return
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.0)
    hint = f"did you mean {near[0]!r}?" if near else "engine.adapters is empty"
    raise Misconfigured(f"adapter: the engine has no adapter {name!r}; {hint}")


def load(references: Mapping[str, str], max_rank: int, reference: str, model: str) -> dict[str, Adapter]:
    """Check every adapter against the model that it shall change. `reference` is the model's as configured, `model` the
    resolved one; only a model in a local folder can be compared layer by layer.

    Raises Misconfigured naming the key. Reads the adapters whole: for a thread.
    """
    layers = _shapes(Path(model)) if references and Path(model).is_dir() else {}
    return {
        name: _load(name, number, folder, max_rank, reference, layers)
        for number, (name, folder) in enumerate(sorted(references.items()), start=1)
    }


def _load(
    name: str, number: int, reference: str, max_rank: int, model: str, layers: Mapping[str, tuple[int, ...]]
) -> Adapter:
    key = f"engine.adapters.{name}"
    folder = find(reference)
    if folder is None or not folder.is_dir():
        raise Misconfigured(f"{key}: there is no folder {reference!r}")
    missing = [file for file in (CONFIG, WEIGHTS) if not (folder / file).is_file()]
    if missing:
        raise Misconfigured(f"{key}: {reference!r} is no adapter in PEFT's format: {' and '.join(missing)} not found")
    config = _config(key, folder / CONFIG)
    rank = _rank(key, config)
    if rank > max_rank:
        raise Misconfigured(f"{key}: rank {rank} is above engine.max_lora_rank={max_rank}: raise it or train a smaller")
    base = str(config.get("base_model_name_or_path") or "")
    if base.startswith(PREFIX) and model.startswith(PREFIX) and base != model:
        raise Misconfigured(f"{key}: was trained on {base!r}, the engine's model is {model!r}")
    _check_layers(key, _adapted(key, folder), layers, model)
    digest = hashlib.sha256((folder / CONFIG).read_bytes())
    digest.update((folder / WEIGHTS).read_bytes())
    return Adapter(name, number, str(folder.resolve()), rank, digest.hexdigest()[:12])


def _config(key: str, path: Path) -> dict[str, Any]:
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise Misconfigured(f"{key}: {CONFIG} is not JSON") from None
    if not isinstance(config, dict) or config.get("peft_type") != "LORA":
        raise Misconfigured(f"{key}: {CONFIG} has no peft_type LORA, the only kind that is served")
    used = [name for name in _UNSUPPORTED if config.get(name)]
    if config.get("bias", "none") != "none":
        used.append("bias")
    if used:
        raise Misconfigured(f"{key}: {', '.join(used)} cannot be served: train without, or merge it into the model")
    return config


def _rank(key: str, config: Mapping[str, Any]) -> int:
    ranks = [config.get("r"), *(config.get("rank_pattern") or {}).values()]
    if not all(isinstance(rank, int) and rank > 0 for rank in ranks):
        raise Misconfigured(f"{key}: {CONFIG} has no usable rank `r`")
    return max(ranks)


def _adapted(key: str, folder: Path) -> dict[str, tuple[int, int]]:
    """(output size, input size) of each adapted layer: B is (output, rank), A is (rank, input)."""
    sizes: dict[str, list[int]] = {}
    for name, shape in _read_shapes(folder / WEIGHTS, key).items():
        layer, _, part = name.removesuffix(".weight").removeprefix(_LAYER_PREFIX).rpartition(".")
        if part not in ("lora_A", "lora_B") or len(shape) != 2:
            raise Misconfigured(f"{key}: {WEIGHTS} holds {name!r}, which is no LoRA weight of a linear layer")
        sizes.setdefault(layer, [0, 0])[part == "lora_A"] = shape[part == "lora_A"]
    if not sizes or any(0 in pair for pair in sizes.values()):
        raise Misconfigured(f"{key}: {WEIGHTS} lacks lora_A or lora_B of a layer")
    return {layer: (pair[0], pair[1]) for layer, pair in sizes.items()}


def _check_layers(
    key: str, adapted: Mapping[str, tuple[int, int]], layers: Mapping[str, tuple[int, ...]], model: str
) -> None:
    """A model whose checkpoint names none of the layers is left to vLLM, which may know them by other names."""
    if not any(layer in layers for layer in adapted):
        return
    for layer, size in adapted.items():
        if layers.get(layer) != size:
            has = f"is {layers[layer]} there" if layer in layers else "does not exist there"
            raise Misconfigured(f"{key}: was trained on another model than {model!r}: {layer} {size} {has}")


def _shapes(folder: Path) -> dict[str, tuple[int, ...]]:
    """Shape of every layer of a model in safetensors; empty for one in another format."""
    shapes: dict[str, tuple[int, ...]] = {}
    for file in sorted(folder.glob("*.safetensors")):
        if file.name != WEIGHTS:
            shapes |= {name.removesuffix(".weight"): s for name, s in _read_shapes(file, "engine.model").items()}
    return shapes


def _read_shapes(file: Path, key: str) -> dict[str, tuple[int, ...]]:
    from safetensors import SafetensorError, safe_open  # noqa: PLC0415 - settings stay light

    try:
        with safe_open(str(file), framework="numpy") as tensors:  # type: ignore[no-untyped-call]
            return {name: tuple(tensors.get_slice(name).get_shape()) for name in tensors.keys()}  # noqa: SIM118
    except (SafetensorError, OSError):
        raise Misconfigured(f"{key}: {file.name} cannot be read as safetensors") from None
