"""The network of the fit measure and its files. Training and serving both use this file.

A cross-encoder that reads an item's facts once for many copies. One row is

    [CLS] facts [SEP]  [CLS] title [SEP] body [SEP]  [CLS] title [SEP] body [SEP] ...

Facts see facts; a copy sees the facts and itself, never another copy: its logit does not depend on its neighbours.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load as deserialize
from safetensors.torch import save as serialize
from torch import nn

from deployments.errors import Misconfigured
from deployments.reward.grounding import Mark, Repeat
from deployments.settings import Settings, describe

CONFIG_FILE: Final = "config.json"
WEIGHTS_FILE: Final = "fit.safetensors"


class FitConfig(Settings):
    """The configuration of the model, written beside its weights.

    slope, shift: P(fit) = sigmoid(slope x judged + shift), fitted on items that the network did not see (Platt, 1999).
    ceiling, wording: judged = min(logit, ceiling) + wording x `Facts.wording`. The network detects broken copies and
        copies of other items. It cannot rank the remaining copies of models: these have fewer errors the closer they
        keep to the words of the facts.
    tuned_from: the first trunk layer whose weights are saved with the model; lower ones are the package's.
    """

    format_version: Literal[1] = 1
    encoder: str = Field(min_length=1, description="model reference of the trunk")
    encoder_revision: str = ""
    dim: int = Field(ge=1)
    tuned_from: int = Field(default=0, ge=0)
    facts_tokens: int = Field(default=256, ge=16, le=400, description="room for the facts; longer ones are cut")
    copy_tokens: int = Field(default=96, ge=8, le=112, description="of one copy; longer ones are cut")
    row_tokens: int = Field(default=768, ge=64, le=4096, description="of a packed row")
    ceiling: float = Field(default=20.0, description="logits")
    wording: float = Field(default=0.0, ge=0, description="logits for a copy in the facts' own words")
    slope: float = Field(default=1.0, gt=0)
    shift: float = 0.0
    languages: tuple[str, ...] = Field(default=("en",), min_length=1, description="BCP-47 primary subtags")

    def judged(self, logits: NDArray[np.float32], wording: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return [copies]: the inputs of `slope` and `shift`."""
        return np.minimum(logits, np.float32(self.ceiling)) + np.float32(self.wording) * wording


@dataclass(frozen=True)
class Packed:
    """Tokens of many rows without padding, and their places: int64, on the device.

    ids, positions: [tokens]. marks: [tokens, 2]. row: [copies], the row of a copy's facts.
    facts: [rows, longest], copies: [copies, longest], places of tokens, padded with -1.
    """

    ids: torch.Tensor
    marks: torch.Tensor
    positions: torch.Tensor
    facts: torch.Tensor
    copies: torch.Tensor
    row: torch.Tensor


class FitNet(nn.Module):
    """A BERT trunk, an embedding for each Mark and Repeat, and a small head on each copy's first token and mean.

    `marks` has the rows of Mark, then those of Repeat. `tokens` is a second head that marks wrong tokens. It is used in
    training alone, as an auxiliary loss for the trunk.
    """

    def __init__(self, trunk: Any, dim: int) -> None:
        super().__init__()
        self.trunk = trunk
        self.marks = nn.Embedding(len(Mark) + len(Repeat), dim)
        nn.init.zeros_(self.marks.weight)
        self.inner = nn.Linear(2 * dim, 64)
        self.outer = nn.Linear(64, 1)
        self.tokens = nn.Linear(dim, 1)

    def forward(self, packed: Packed) -> torch.Tensor:
        """Return [copies] logits."""
        return self.heads(packed, self.states(packed))

    def states(self, packed: Packed) -> torch.Tensor:
        """Return [tokens, dim]: the trunk's last hidden states."""
        trunk = self.trunk
        inputs = trunk.embeddings.word_embeddings(packed.ids) + self.marks(packed.marks).sum(1)
        states = trunk.embeddings(inputs_embeds=inputs[None], position_ids=packed.positions[None])[0]
        among = _Among(packed, trunk.config.num_attention_heads)
        for layer in trunk.encoder.layer:
            attention = layer.attention.self
            context = among(attention.query(states), attention.key(states), attention.value(states))
            attended = layer.attention.output(context, states)
            states = layer.output(layer.intermediate(attended), attended)
        return states

    def heads(self, packed: Packed, states: torch.Tensor) -> torch.Tensor:
        mask = (packed.copies >= 0)[:, :, None].to(states.dtype)
        copy_states = states[packed.copies.clamp(min=0)] * mask
        pooled = torch.cat([copy_states[:, 0], copy_states.sum(1) / mask.sum(1)], dim=1)
        return self.outer(nn.functional.gelu(self.inner(pooled)))[:, 0].float()


class _Among:
    """Attention of facts among themselves, and of each copy to its row's facts and itself."""

    def __init__(self, packed: Packed, heads: int) -> None:
        self._heads = heads
        self._row = packed.row
        self._facts, self._copies = packed.facts.clamp(min=0), packed.copies.clamp(min=0)
        copy_mask, facts_mask = packed.copies >= 0, packed.facts >= 0
        self._facts_mask = facts_mask[:, None, None, :]
        self._copy_reads = torch.cat([facts_mask[packed.row], copy_mask], dim=1)[:, None, None, :]
        # The index of each token's output among those of all facts, then all copies, padding included.
        places = torch.cat([packed.facts.flatten(), packed.copies.flatten()])
        filled = (places >= 0).nonzero()[:, 0]
        self._back = torch.empty(len(packed.ids), dtype=torch.int64, device=places.device)
        self._back[places[filled]] = filled

    def __call__(self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        """Attend. All arguments and the result are [tokens, dim]."""
        facts_key, facts_value = self._split(key, self._facts), self._split(value, self._facts)
        facts = _attend(self._split(query, self._facts), facts_key, facts_value, self._facts_mask)
        keys = torch.cat([facts_key.index_select(0, self._row), self._split(key, self._copies)], dim=2)
        values = torch.cat([facts_value.index_select(0, self._row), self._split(value, self._copies)], dim=2)
        copies = _attend(self._split(query, self._copies), keys, values, self._copy_reads)
        both = [part.transpose(1, 2).flatten(0, 1).flatten(1) for part in (facts, copies)]
        return torch.cat(both).index_select(0, self._back)

    def _split(self, states: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        """Gather to [texts, heads, longest, dim of a head]."""
        # Not states[places], whose backward sorts the places.
        chosen = states.index_select(0, places.flatten())
        return chosen.view(*places.shape, self._heads, -1).transpose(1, 2)


def _attend(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, read: torch.Tensor) -> torch.Tensor:
    """Plain attention. On a CPU the backward of torch's fused attention takes three times as long as the rest."""
    scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5
    barred = torch.zeros_like(read, dtype=scores.dtype).masked_fill(~read, torch.finfo(scores.dtype).min)
    with torch.autocast(query.device.type, enabled=False):
        return (scores + barred).softmax(-1) @ value


def save(net: FitNet, config: FitConfig, folder: Path) -> str:
    """Write tuned layers and heads in float16, and the config, each atomically. Returns the revision."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {
        name: tensor.detach().to(torch.float16).contiguous().cpu()
        for name, tensor in net.state_dict().items()
        if _travels(name, config.tuned_from)
    }
    _write(folder / WEIGHTS_FILE, serialize(state))
    return _configure(folder, config)


def recalibrate(folder: Path, numbers: dict[str, float]) -> str:
    """Change the calibration of the model in `folder`. Returns its new revision. Raises Misconfigured."""
    return _configure(folder, load(folder).config.model_copy(update=numbers))


def _configure(folder: Path, config: FitConfig) -> str:
    _write(folder / CONFIG_FILE, (json.dumps(config.model_dump(), indent=2) + "\n").encode())
    return revision_of(folder)


def _write(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.write_bytes(content)
    unfinished.rename(path)


def _travels(name: str, tuned_from: int) -> bool:
    """Whether a tensor is saved: heads, marks, and trunk layers from `tuned_from` on."""
    if name.startswith("tokens."):
        return False
    if not name.startswith("trunk."):
        return True
    parts = name.split(".")
    return parts[1:3] == ["encoder", "layer"] and int(parts[3]) >= tuned_from


@dataclass(frozen=True)
class Saved:
    """The content of a folder. The revision is that of the bytes read, also if files change meanwhile."""

    config: FitConfig
    weights: dict[str, torch.Tensor]
    revision: str

    def into(self, net: FitNet) -> None:
        """Load the weights into the network. Raises Misconfigured if they do not fit."""
        expected = {name for name in net.state_dict() if _travels(name, self.config.tuned_from)}
        try:
            if expected != self.weights.keys():
                raise RuntimeError
            net.load_state_dict(self.weights, strict=False)
        except RuntimeError:
            raise Misconfigured(f"reward.fit: {WEIGHTS_FILE} does not fit {CONFIG_FILE} and its trunk") from None


def load(folder: Path) -> Saved:
    """Read config and weights. Raises Misconfigured with the wrong file and key."""
    try:
        settings = (folder / CONFIG_FILE).read_bytes()
    except OSError:
        raise Misconfigured(
            f"reward.fit: no {CONFIG_FILE} in {folder.name!r}; train one: see training/fitness/"
        ) from None
    try:
        config = FitConfig.model_validate_json(settings)
    except ValidationError as error:
        raise Misconfigured(f"reward.fit: {CONFIG_FILE}: {describe(error)}") from None
    try:
        weights = (folder / WEIGHTS_FILE).read_bytes()
        return Saved(config, deserialize(weights), _revision(settings, weights))
    except (OSError, SafetensorError):
        raise Misconfigured(f"reward.fit: {WEIGHTS_FILE} is missing or damaged") from None


def revision_of(folder: Path) -> str:
    """Hash config and weights to 12 hexadecimal digits. Raises OSError when one is missing."""
    return _revision((folder / CONFIG_FILE).read_bytes(), (folder / WEIGHTS_FILE).read_bytes())


def _revision(config: bytes, weights: bytes) -> str:
    return hashlib.sha256(config + weights).hexdigest()[:12]
