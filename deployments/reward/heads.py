"""The Bradley-Terry heads and their files. Training and serving both use this file.

P(copy a is clicked more than copy b) = sigmoid(r(a) - r(b))     (Bradley and Terry, 1952)

so a reward is a logit, and only differences between copies of one item are meaningful. Each head was trained on its own
resample of the tests; their deviation is the spread.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import torch
from pydantic import Field, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load as deserialize
from safetensors.torch import save as serialize
from torch import nn

from deployments.errors import Misconfigured
from deployments.reward.text import FEATURES
from deployments.settings import Settings, describe
from deployments.types import WinCalibration

CONFIG_FILE: Final = "config.json"
WEIGHTS_FILE: Final = "heads.safetensors"


GUARDS: Final = ("padded", "repeated", "marked", "hollow", "cut")


class Guard(Settings):
    """A penalty on the reward: gain x the excess of `BradleyTerryHeads.guards` over the limit, in logits.

    The spread grows by as much (in squares, see `model.Parts.spread`), since the guard may be wrong. Hardly any human
    copy of any length is above the limit, so that such copies have no penalty.
    """

    limit: float = 0.0
    gain: float = Field(default=0.0, ge=0)


class RewardConfig(Settings):
    """The configuration of the model, written beside its weights.

    corrections: logits added per unit of a surface feature (`text.FEATURES`). They cancel the effect of length, and of
        style beyond the A/B tests.
    offset: logits added to every copy, so that a typical training copy has a reward of about 0.
    guards: penalties on copies that look padded with clickbait, repeated, marked up with symbols, hollow (stock copy
        that fits any item) or cut off.
    distance_by_tokens: distances are divided by exp(this x log(1 + tokens)), since the mean over more tokens is nearer
        to the overall mean. It counts tokens: a row of symbols has hardly any words.
    typical_distance: the 90th percentile of these distances over plain human copies.
    widening, widest: logits of spread per unit of distance beyond it, and their maximum.
    tested_words, widening_by_length: words of the longest A/B-tested copies (99th percentile), and logits of spread per
        unit of log(1 + words) beyond, up to `widest`.
    calibration: of `RewardModel.forward`'s mean and spread.
    languages: of the training copies. For an item in another language every pair of copies is a tie.
    """

    format_version: Literal[3] = 3
    encoder: str = Field(min_length=1, description="model reference of the trunk")
    encoder_revision: str = ""
    layers: tuple[int, ...] = Field(default=(), description="hidden states the heads read; none: the last alone")
    max_length: int = Field(ge=8, le=512, description="tokens; longer texts are cut")
    dim: int = Field(ge=1)
    heads: int = Field(ge=1, le=64)
    directions: int = Field(ge=1, description="columns of the whitening, see BradleyTerryHeads.distance")
    corrections: dict[Literal[FEATURES], float] = Field(default_factory=dict)  # type: ignore[valid-type]
    offset: float = 0.0
    guards: dict[Literal[GUARDS], Guard] = Field(default_factory=dict)  # type: ignore[valid-type]
    distance_by_tokens: float = 0.0
    typical_distance: float = Field(default=0.0, ge=0)
    widening: float = Field(default=0.0, ge=0)
    widest: float = Field(default=0.0, ge=0)
    tested_words: float = Field(default=512.0, ge=1)
    widening_by_length: float = Field(default=0.0, ge=0)
    calibration: WinCalibration = WinCalibration()
    languages: tuple[str, ...] = Field(default=("en",), min_length=1, description="BCP-47 primary subtags")


class BradleyTerryHeads(nn.Module):
    """K linear heads on one pooled embedding: [n, dim] -> [n, heads] logits.

    The embedding is standardised by mean and deviation of the training set. `whitening` ([dim, directions]) holds the
    main directions of plain human copies, scaled to deviation 1. All of them are saved with the weights.
    """

    feature_mean: torch.Tensor
    feature_scale: torch.Tensor
    whitening: torch.Tensor
    guarded: torch.Tensor

    def __init__(self, heads: int, dim: int, directions: int) -> None:
        super().__init__()
        self.register_buffer("feature_mean", torch.zeros(dim))
        self.register_buffer("feature_scale", torch.ones(dim))
        self.register_buffer("whitening", torch.zeros(dim, directions))
        self.register_buffer("guarded", torch.zeros(dim, len(GUARDS)))
        self.outer = nn.Parameter(torch.zeros(heads, dim))

    def forward(self, pooled: torch.Tensor) -> torch.Tensor:
        return self.standardised(pooled) @ self.outer.T

    def guards(self, pooled: torch.Tensor) -> torch.Tensor:
        """Return [n, GUARDS] logits: how much a copy looks like the fault of each guard."""
        return self.standardised(pooled) @ self.guarded

    def standardised(self, pooled: torch.Tensor) -> torch.Tensor:
        return (pooled - self.feature_mean) / self.feature_scale

    def distance(self, pooled: torch.Tensor) -> torch.Tensor:
        """Return [n]: Mahalanobis distance to plain human copies, divided by the root of the number of directions."""
        return (self.standardised(pooled) @ self.whitening).square().mean(1).sqrt()


def save(heads: BradleyTerryHeads, config: RewardConfig, folder: Path) -> str:
    """Write weights and config, each atomically. Returns the revision."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {name: tensor.detach().contiguous().cpu() for name, tensor in heads.state_dict().items()}
    contents = {
        CONFIG_FILE: (json.dumps(config.model_dump(), indent=2) + "\n").encode(),
        WEIGHTS_FILE: serialize(state),
    }
    for name, content in contents.items():
        unfinished = folder / f"{name}.unfinished"
        unfinished.write_bytes(content)
        unfinished.rename(folder / name)
    return revision_of(folder)


@dataclass(frozen=True)
class Saved:
    """The model of a folder. The revision is that of the bytes read, also if files change meanwhile."""

    config: RewardConfig
    heads: BradleyTerryHeads
    revision: str


def load(folder: Path) -> Saved:
    """Read the model. Raises Misconfigured with the wrong file and key, or for files that do not match."""
    try:
        settings = (folder / CONFIG_FILE).read_bytes()
    except OSError:
        raise Misconfigured(f"reward.model: no {CONFIG_FILE} in {folder.name!r}; train one: see training/") from None
    try:
        config = RewardConfig.model_validate_json(settings)
    except ValidationError as error:
        raise Misconfigured(f"reward.model: {CONFIG_FILE}: {describe(error)}") from None
    heads = BradleyTerryHeads(config.heads, config.dim, config.directions)
    try:
        weights = (folder / WEIGHTS_FILE).read_bytes()
        heads.load_state_dict(deserialize(weights))
    except (OSError, SafetensorError, RuntimeError):
        raise Misconfigured(f"reward.model: {WEIGHTS_FILE} is missing or does not fit {CONFIG_FILE}") from None
    return Saved(config, heads.eval(), _revision(settings, weights))


def revision_of(folder: Path) -> str:
    """Hash config and weights to 12 hexadecimal digits. Raises OSError when one is missing."""
    return _revision((folder / CONFIG_FILE).read_bytes(), (folder / WEIGHTS_FILE).read_bytes())


def _revision(config: bytes, weights: bytes) -> str:
    return hashlib.sha256(config + weights).hexdigest()[:12]
