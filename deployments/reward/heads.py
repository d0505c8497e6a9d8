"""The Bradley-Terry heads and their files. Training and serving both use this file.

P(copy a is clicked more than copy b) = sigmoid(r(a) - r(b))     (Bradley and Terry, 1952)

so a reward is a logit, and only differences between copies of one item mean anything. Each head was trained on its own
resample of the tests; their disagreement is the spread.
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
    """A copy whose `BradleyTerryHeads.guards` of this name exceeds the limit pays gain times the excess, in logits.
    Its spread grows by as much (in squares, see `model.Parts.spread`): the guard may be wrong.

    The limit lies where hardly any copy is that a person wrote, of whatever length, so that honest copies pay nothing.
    """

    limit: float = 0.0
    gain: float = Field(default=0.0, ge=0)


class RewardConfig(Settings):
    """The configuration of the model, written beside its weights.

    corrections: logits added per unit of a surface feature (`text.FEATURES`), so that length decides nothing and a
        style is not favoured beyond what the A/B tests show.
    offset: logits added to every copy, so that a typical training copy has a reward of about 0.
    guards: what a copy pays that looks padded with clickbait, repeated, marked up with symbols, hollow (stock copy that
        fits any item) or cut off.
    distance_by_tokens: distances are divided by exp(this x log(1 + tokens)): a mean over more tokens lies nearer to the
        mean of all, however odd they are. Tokens and not words, of which a row of symbols has hardly any.
    typical_distance: the 90th percentile of these distances over plain human copies.
    widening, widest: logits of spread for each unit of distance beyond it, and at most.
    tested_words, widening_by_length: words of the longest copies that were A/B-tested (their 99th percentile), and
        logits of spread for each unit of log(1 + words) beyond; as with `widest`, at most that.
    calibration: of `RewardModel.forward`'s mean and spread.
    languages: of the copies trained on. For an item in another the model says of no copy that it beats another.
    """

    format_version: Literal[3] = 3
    encoder: str = Field(min_length=1, description="model reference of the trunk")
    encoder_revision: str = ""
    layers: tuple[int, ...] = Field(default=(), description="hidden states the heads read; none: the last alone")
    max_length: int = Field(ge=8, le=512, description="tokens; what is longer is cut")
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

    The embedding is standardised by the training set's mean and deviation, which travel with the weights, as do the
    `whitening` directions ([dim, directions]): plain human copies' main ones, scaled to deviation 1.
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
        """[n, GUARDS] logits: how much a copy looks like what each guard knows rather than written."""
        return self.standardised(pooled) @ self.guarded

    def standardised(self, pooled: torch.Tensor) -> torch.Tensor:
        return (pooled - self.feature_mean) / self.feature_scale

    def distance(self, pooled: torch.Tensor) -> torch.Tensor:
        """[n]: Mahalanobis distance to plain human copies in their main directions, over the root of their number."""
        return (self.standardised(pooled) @ self.whitening).square().mean(1).sqrt()


def save(heads: BradleyTerryHeads, config: RewardConfig, folder: Path) -> str:
    """Write weights and config, each whole or not at all; returns the revision."""
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
    """A folder's model. The revision is of the very bytes that were read, whatever is written meanwhile."""

    config: RewardConfig
    heads: BradleyTerryHeads
    revision: str


def load(folder: Path) -> Saved:
    """Raises Misconfigured, saying which file and key is wrong, or that the files do not belong together."""
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
    """Fingerprint of config and weights: 12 hexadecimal digits. Raises OSError when one is missing."""
    return _revision((folder / CONFIG_FILE).read_bytes(), (folder / WEIGHTS_FILE).read_bytes())


def _revision(config: bytes, weights: bytes) -> str:
    return hashlib.sha256(config + weights).hexdigest()[:12]
