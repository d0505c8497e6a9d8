"""The reward model: Bradley-Terry heads that share one encoder. Training and serving both use this file.

P(copy a is clicked more than copy b) = sigmoid(r(a) - r(b))     (Bradley and Terry, 1952)

so a reward is a logit, and only differences between copies of one item mean anything. Each head was trained on its own
resample of the tests; their disagreement is the spread.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final

import torch
from pydantic import Field, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from deployments.errors import Misconfigured
from deployments.settings import Settings, describe

CONFIG_FILE: Final = "config.json"
WEIGHTS_FILE: Final = "heads.safetensors"
_ENDS: Final = ".!?:…。！？"  # noqa: RUF001 - the wide ones are meant


class RewardConfig(Settings):
    """What is needed to run the heads: written beside their weights."""

    format_version: int = Field(default=1, ge=1, le=1)
    encoder: str = Field(min_length=1, description="model reference of the trunk the heads were trained on")
    encoder_revision: str = ""
    max_length: int = Field(ge=8, le=512)
    dim: int = Field(ge=1)
    heads: int = Field(ge=1, le=64)
    hidden: int = Field(ge=0, description="units of each head's hidden layer; 0 is a linear head")


class BradleyTerryHeads(nn.Module):
    """K small networks on one pooled embedding, computed together: [n, dim] -> [n, heads] logits.

    The embedding is standardised by the training set's mean and deviation, which travel with the weights.
    """

    feature_mean: torch.Tensor
    feature_scale: torch.Tensor

    def __init__(self, config: RewardConfig) -> None:
        super().__init__()
        self.config = config
        k, dim, hidden = config.heads, config.dim, config.hidden
        self.register_buffer("feature_mean", torch.zeros(dim))
        self.register_buffer("feature_scale", torch.ones(dim))
        width = hidden or dim
        if hidden:
            self.inner = nn.Parameter(torch.randn(k, dim, hidden) / dim**0.5)
            self.inner_bias = nn.Parameter(torch.zeros(k, hidden))
        self.outer = nn.Parameter(torch.randn(k, width) * 0.1 / width**0.5)

    def forward(self, pooled: torch.Tensor, dropout: float = 0.0) -> torch.Tensor:
        x = ((pooled - self.feature_mean) / self.feature_scale)[:, None, :].expand(-1, self.config.heads, -1)
        x = nn.functional.dropout(x, dropout, self.training)
        if self.config.hidden:
            x = nn.functional.gelu(torch.einsum("nkd,kdh->nkh", x, self.inner) + self.inner_bias)
            x = nn.functional.dropout(x, dropout, self.training)
        return (x * self.outer).sum(-1)


def render_copy(title: str, body: str = "") -> str:
    """The one text form of a copy: what the heads were trained on is what they are served."""
    title, body = " ".join(title.split()), " ".join(body.split())
    if not title or not body:
        return title or body
    return f"{title} {body}" if title[-1] in _ENDS else f"{title}. {body}"


def save(heads: BradleyTerryHeads, folder: Path) -> str:
    """Write weights and config; returns the revision."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {name: tensor.detach().contiguous().cpu() for name, tensor in heads.state_dict().items()}
    save_file(state, folder / WEIGHTS_FILE)
    (folder / CONFIG_FILE).write_text(json.dumps(heads.config.model_dump(), indent=2) + "\n", encoding="utf-8")
    return revision_of(folder)


def read_config(folder: Path) -> RewardConfig:
    """Raises Misconfigured, saying which file and key is wrong."""
    try:
        return RewardConfig.model_validate_json((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    except OSError:
        raise Misconfigured(f"reward.model: no {CONFIG_FILE} in {folder.name!r}; train one: see training/") from None
    except ValidationError as error:
        raise Misconfigured(f"reward.model: {CONFIG_FILE}: {describe(error)}") from None


def load(folder: Path) -> BradleyTerryHeads:
    """Raises Misconfigured when the files are missing or do not belong together."""
    heads = BradleyTerryHeads(read_config(folder))
    try:
        heads.load_state_dict(load_file(folder / WEIGHTS_FILE))
    except (OSError, SafetensorError, RuntimeError):
        raise Misconfigured(f"reward.model: {WEIGHTS_FILE} is missing or does not fit {CONFIG_FILE}") from None
    return heads.eval()


def revision_of(folder: Path) -> str:
    """Fingerprint of config and weights: 12 hexadecimal digits."""
    digest = hashlib.sha256()
    for name in (CONFIG_FILE, WEIGHTS_FILE):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:12]
