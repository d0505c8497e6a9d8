"""LoRA adapters in PEFT's format: reading and checks, for an engine that serves them and for a merge. Without torch."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployments.errors import Misconfigured
from deployments.paths import find
from deployments.weights.references import PREFIX, split

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"

Shape = tuple[int, ...]

# Options of PEFT that neither vLLM nor a merge here supports. vLLM refuses them after its start, or not at all.
_UNSUPPORTED = (
    "use_dora", "lora_bias", "modules_to_save", "layer_replication", "alora_invocation_tokens", "fan_in_fan_out",
    "use_bdlora", "use_qalora",
)  # fmt: skip
# Initialisations of PEFT that change the base's weights, so that the adapter does not match the base here.
_CHANGE_THE_BASE = ("pissa", "olora", "corda", "loftq")
_LAYER_PREFIX = "base_model.model."


@dataclass(frozen=True)
class Lora:
    """An adapter whose files agree with each other.

    `layers`: (output size, input size) of each adapted layer, by its name in the base's checkpoint. `rank`: the highest
    of all layers. `revision`: 12 hexadecimal digits of the content. `trained_on`: the base that it names, or "".
    """

    folder: Path
    config: Mapping[str, Any]
    layers: Mapping[str, tuple[int, int]]
    rank: int
    revision: str

    @property
    def trained_on(self) -> str:
        return str(self.config.get("base_model_name_or_path") or "")

    def scale(self, layer: str) -> float:
        """Return the factor of B @ A: alpha / r, or alpha / sqrt(r) if it is rank-stabilised (arXiv 2312.03732)."""
        alpha = float(_of_layer(self.config, "alpha_pattern", "lora_alpha", layer))
        rank = int(_of_layer(self.config, "rank_pattern", "r", layer))
        return alpha / (math.sqrt(rank) if self.config.get("use_rslora") else rank)


def read(key: str, reference: str) -> Lora:
    """Read and check the adapter in a folder, see `paths.find`. Hashes all of it: call it in a thread.

    Raises Misconfigured, beginning with `key`, for a missing or unusable adapter.
    """
    folder = find(reference)
    if folder is None or not folder.is_dir():
        raise Misconfigured(f"{key}: there is no folder {reference!r}; it shall hold an adapter in PEFT's format")
    missing = [file for file in (CONFIG, WEIGHTS) if not (folder / file).is_file()]
    if missing:
        raise Misconfigured(f"{key}: {reference!r} is no adapter in PEFT's format: {' and '.join(missing)} not found")
    config_bytes, _, revision = content(key, folder)
    config = _config(key, config_bytes)
    shapes = read_shapes(folder / WEIGHTS, key)
    return Lora(folder, config, _layers(key, config, shapes), _highest_rank(config), revision)


def content(key: str, folder: Path) -> tuple[bytes, bytes, str]:
    """Read config, weights, and their revision."""
    try:
        config, weights = (folder / CONFIG).read_bytes(), (folder / WEIGHTS).read_bytes()
    except OSError as error:
        raise Misconfigured(f"{key}: the adapter cannot be read: {error.strerror}") from None
    digest = hashlib.sha256(config)
    digest.update(weights)
    return config, weights, digest.hexdigest()[:12]


def tensor_names(layer: str) -> tuple[str, str]:
    """Return the names of B (output size, rank) and A (rank, input size)."""
    return f"{_LAYER_PREFIX}{layer}.lora_B.weight", f"{_LAYER_PREFIX}{layer}.lora_A.weight"


def check_base(key: str, lora: Lora, model: str) -> None:
    """Raise Misconfigured when the adapter was trained on another model than the reference `model`.

    References to packages and merged models identify their weights. A path or a hub id does not: there only the layers
    are compared.
    """
    trained_on = lora.trained_on
    exact = split(model) or split(trained_on) or (model.startswith(PREFIX) and trained_on.startswith(PREFIX))
    if exact and trained_on != model:
        named = repr(trained_on) if trained_on else "a model that it does not name"
        raise Misconfigured(
            f"{key}: was trained on {named}, and the model here is {model!r}: use it with the one that it was "
            f"trained on, or name this one as base_model_name_or_path in {CONFIG} if it is the same"
        )


def check_layers(key: str, lora: Lora, shapes: Mapping[str, Shape], model: str) -> None:
    """Raise Misconfigured when a layer of the adapter is missing in the model, or of another size.

    `shapes`: of the model's tensors, by name.
    """
    for layer, size in lora.layers.items():
        there = shapes.get(f"{layer}.weight")
        if there != size:
            has = f"is {there} there" if there else "does not exist there"
            raise Misconfigured(f"{key}: was trained on another model than {model!r}: {layer} {size} {has}")


def checkpoint(folder: Path) -> list[Path]:
    """Return a model's files in safetensors; none for another format."""
    return [file for file in sorted(folder.glob("*.safetensors")) if file.name != WEIGHTS]


def read_shapes(file: Path, key: str) -> dict[str, Shape]:
    """Read the shape of every tensor. Raises Misconfigured for a damaged file."""
    from safetensors import SafetensorError, safe_open  # noqa: PLC0415 - settings stay light

    try:
        with safe_open(str(file), framework="numpy") as tensors:  # type: ignore[no-untyped-call]
            return {name: tuple(tensors.get_slice(name).get_shape()) for name in tensors.keys()}  # noqa: SIM118
    except (SafetensorError, OSError):
        raise Misconfigured(f"{key}: {file.name} cannot be read as safetensors: it is damaged, write it anew") from None


def _config(key: str, config_bytes: bytes) -> dict[str, Any]:
    try:
        config = json.loads(config_bytes)
    except ValueError:
        raise Misconfigured(f"{key}: {CONFIG} is not JSON") from None
    if not isinstance(config, dict) or config.get("peft_type") != "LORA":
        raise Misconfigured(f"{key}: {CONFIG} has no peft_type LORA, the only kind that is known here")
    used = [name for name in _UNSUPPORTED if config.get(name)]
    if config.get("bias", "none") != "none":
        used.append("bias")
    if str(config.get("init_lora_weights", "")).lower().startswith(_CHANGE_THE_BASE):
        used.append("init_lora_weights")
    if used:
        raise Misconfigured(f"{key}: {', '.join(used)} cannot be served: train without")
    ranks = [config.get("r"), *(config.get("rank_pattern") or {}).values()]
    if not all(isinstance(rank, int) and rank > 0 for rank in ranks):
        raise Misconfigured(f"{key}: {CONFIG} has no usable rank `r`")
    alphas = [config.get("lora_alpha"), *(config.get("alpha_pattern") or {}).values()]
    if not all(isinstance(alpha, int | float) and math.isfinite(alpha) for alpha in alphas):
        raise Misconfigured(f"{key}: {CONFIG} has no usable `lora_alpha`")
    try:
        for ends in (*(config.get("rank_pattern") or {}), *(config.get("alpha_pattern") or {})):
            re.compile(ends)
    except re.error:
        raise Misconfigured(f"{key}: {CONFIG} has a pattern {ends!r} that is no regular expression") from None
    return config


def _highest_rank(config: Mapping[str, Any]) -> int:
    return max(config["r"], *(config.get("rank_pattern") or {}).values(), 0)


def _of_layer(config: Mapping[str, Any], pattern: str, default: str, layer: str) -> Any:
    """Return the value of the first pattern that matches the end of the layer's name (peft's get_pattern_key)."""
    for ends, value in (config.get(pattern) or {}).items():
        if re.match(rf"(.*\.)?({ends})$", layer):
            return value
    return config[default]


def _layers(key: str, config: Mapping[str, Any], shapes: Mapping[str, Shape]) -> dict[str, tuple[int, int]]:
    """Return the sizes of the adapted layers, from those of their factors."""
    names = {name.removeprefix(_LAYER_PREFIX).rpartition(".lora_")[0] for name in shapes}
    expected = {factor for layer in names for factor in tensor_names(layer)}
    if odd := next((name for name, shape in shapes.items() if name not in expected or len(shape) != 2), None):
        raise Misconfigured(f"{key}: {WEIGHTS} holds {odd!r}, which is no LoRA weight of a linear layer")
    if not shapes or expected - shapes.keys():
        raise Misconfigured(f"{key}: {WEIGHTS} lacks lora_A or lora_B of a layer")
    sizes = {}
    for layer in sorted(names):
        b, a = (shapes[name] for name in tensor_names(layer))
        rank = int(_of_layer(config, "rank_pattern", "r", layer))
        if (b[1], a[0]) != (rank, rank):
            raise Misconfigured(f"{key}: {layer} has rank {a[0]} in {WEIGHTS}, and {rank} in {CONFIG}")
        sizes[layer] = (b[0], a[1])
    return sizes
