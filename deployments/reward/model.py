"""The reward model as it is served: trunk, heads, corrections, and a spread that grows with distance.

    model = RewardModel.load(Path("models/reward"))
    mean, spread = model.forward(model.encode(["Here is why", "This is why"])).T

Everything here blocks: call it from a thread. The batcher runs `forward`, `training/` measures with it, so that what is
measured is what is served.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from deployments.encoder import CudaGraphUse, Device, DType, Encoder, EncoderSettings, Tokens
from deployments.errors import Misconfigured
from deployments.reward import heads as files
from deployments.reward.heads import GUARDS, BradleyTerryHeads, Guard, RewardConfig
from deployments.reward.text import feature, log_words

if TYPE_CHECKING:
    from deployments.types import WinCalibration


@dataclass(frozen=True)
class Encoded:
    """One copy, ready for the device. `correction` is in logits, `length` is log(1 + words)."""

    row: Tokens
    correction: float
    length: float

    @property
    def tokens(self) -> int:
        return self.row.tokens


@dataclass(frozen=True)
class Parts:
    """The parts of rewards, in logits; arrays of [rows], `heads` of [rows, heads], `penalties` of [rows, GUARDS].

    distance: to plain human copies of that length, no logits: see `RewardConfig.distance_by_tokens`.
    """

    heads: NDArray[np.float32]
    correction: NDArray[np.float32]
    penalties: NDArray[np.float32]
    widening: NDArray[np.float32]
    distance: NDArray[np.float32]

    @property
    def mean(self) -> NDArray[np.float32]:
        """Mean over the heads, corrected for the copy's surface, less what the guards take off."""
        return self.heads.mean(1) + self.correction - self.penalties.sum(1)

    @property
    def spread(self) -> NDArray[np.float32]:
        """Deviation between the heads, widened with the distance from what they were trained on and by the penalty.

        A guard's verdict is a guess: readers did click on some headlines that look padded. So what it takes off ranks a
        copy lower and claims little, see `training/fit.py`.
        """
        return np.hypot(np.hypot(self.heads.std(1), self.widening), self.penalties.sum(1))


class RewardModel:
    """Rendered copies in, mean and spread of their reward out."""

    def __init__(self, encoder: Encoder, heads: BradleyTerryHeads, config: RewardConfig, revision: str = "") -> None:
        self.encoder = encoder
        self.heads = heads
        self.config = config
        self.revision = revision

    @classmethod
    def load(
        cls,
        folder: Path,
        device: Device = "auto",
        dtype: DType = "auto",
        threads: int | None = None,
        graphs: CudaGraphUse = "auto",
    ) -> RewardModel:
        """Seconds. Raises Misconfigured when files are missing, or the trunk found is not the one trained on."""
        saved = files.load(folder)
        config = saved.config
        encoder = Encoder(
            EncoderSettings(
                model=config.encoder,
                max_length=config.max_length,
                layers=config.layers,
                device=device,
                dtype=dtype,
                threads=threads,
                graphs=graphs,
            )
        )
        encoder.load()
        if config.encoder_revision and encoder.revision() != config.encoder_revision:
            raise Misconfigured(
                f"reward.model was trained on {config.encoder} {config.encoder_revision}, here is "
                f"{encoder.revision()}: train it again or install that encoder"
            )
        if encoder.dim != config.dim:
            raise Misconfigured(f"reward.model: config.json has dim={config.dim}, its trunk and layers {encoder.dim}")
        return cls(encoder, saved.heads.to(encoder.device), config, saved.revision)

    @property
    def calibration(self) -> WinCalibration:
        return self.config.calibration

    def calibration_for(self, language: str) -> WinCalibration:
        """Of copies of an item in this language: in one that the model was not trained on, every pair is a tie."""
        known = language in self.config.languages
        return self.calibration if known else self.calibration.model_copy(update={"slope": 0.0})

    @property
    def max_length(self) -> int:
        return self.config.max_length

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Rendered copies (`text.render_copy`) as rows; any thread."""
        rows = zip(self.encoder.pre(texts), texts, strict=True)
        return [Encoded(row, self.correction(text), log_words(text)) for row, text in rows]

    def correction(self, text: str) -> float:
        """Logits that the surface of a copy adds, see `RewardConfig.corrections` and `offset`."""
        # A feature costs microseconds of the GIL, which the batcher's thread wants: those of no weight are not read.
        return self.config.offset + sum(w * feature(name, text) for name, w in self.config.corrections.items() if w)

    def forward(self, rows: Sequence[Encoded]) -> NDArray[np.float32]:
        """[rows, 2]: mean and spread in logits."""
        parts = self.parts(rows)
        return np.stack([parts.mean, parts.spread], axis=1)

    def parts(self, rows: Sequence[Encoded]) -> Parts:
        """What the reward of each row is made of."""
        pooled = self.encoder.pooled([row.row for row in rows])
        with torch.inference_mode():
            computed = (self.heads(pooled), self.heads.guards(pooled), self.heads.distance(pooled))
            # One copy back, and so one wait for the device.
            columns = [t.float().reshape(len(rows), -1) for t in computed]
            numbers = torch.cat(columns, dim=1).cpu().numpy()
        heads = self.config.heads
        lengths = np.array([row.length for row in rows], np.float32)
        tokens = np.log1p([row.tokens for row in rows])
        distance = (numbers[:, -1] / np.exp(self.config.distance_by_tokens * tokens)).astype(np.float32)
        return Parts(
            heads=numbers[:, :heads],
            correction=np.array([row.correction for row in rows], np.float32),
            penalties=self._penalties(numbers[:, heads:-1]),
            widening=widening(self.config, distance, lengths),
            distance=distance,
        )

    def _penalties(self, guards: NDArray[np.float32]) -> NDArray[np.float32]:
        each = [self.config.guards.get(name, Guard()) for name in GUARDS]
        limits, gains = (
            np.array(values, np.float32) for values in zip(*((g.limit, g.gain) for g in each), strict=True)
        )
        return np.asarray(gains * np.maximum(guards - limits, 0), np.float32)

    def warmup(self, max_batch_tokens: int) -> None:
        """Touch the lengths that traffic brings. Raises Misconfigured when the model does not give numbers."""
        self.encoder.warmup(max_batch_tokens)
        if not np.isfinite(self.forward(self.encode(["A copy to begin with", "Another one"]))).all():
            raise Misconfigured("reward.model: its rewards are not finite; train it again")


def widening(config: RewardConfig, distance: NDArray[np.float32], lengths: NDArray[np.float32]) -> NDArray[np.float32]:
    """[rows] logits of spread: for an unusual copy, and for one longer than any that was A/B-tested."""
    unusual = config.widening * np.maximum(distance - config.typical_distance, 0)
    untested = config.widening_by_length * np.maximum(lengths - np.log1p(config.tested_words), 0)
    return np.minimum(np.hypot(unusual, untested), config.widest).astype(np.float32)
