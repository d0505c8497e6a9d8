"""The reward model: trunk, heads, corrections, and a spread that grows with distance.

    model = RewardModel.load(Path("models/reward"))
    mean, spread = model.forward(model.encode(["Here is why", "This is why"])).T

All methods block: call them from a thread. The batcher runs `forward`, and `training/` measures with it, so that
training measures the served model.
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
    """One tokenised copy. `correction` is in logits, `length` is log(1 + words)."""

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
        """Mean over the heads, plus the correction, less the penalties of the guards."""
        return self.heads.mean(1) + self.correction - self.penalties.sum(1)

    @property
    def spread(self) -> NDArray[np.float32]:
        """Deviation between the heads, widened by the distance from the training copies and by the penalties.

        A guard may be wrong: readers did click on some headlines that look padded. So its penalty lowers the rank of a
        copy and also its certainty, see `training/fit.py`.
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
        """Load, in seconds. Raises Misconfigured for missing files, or an encoder other than that of the training."""
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
        """Return the calibration for an item's language. In an untrained language every pair is a tie."""
        is_trained = language in self.config.languages
        return self.calibration if is_trained else self.calibration.model_copy(update={"slope": 0.0})

    @property
    def max_length(self) -> int:
        return self.config.max_length

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Tokenise rendered copies (`text.render_copy`). Any thread."""
        rows = zip(self.encoder.pre(texts), texts, strict=True)
        return [Encoded(row, self.correction(text), log_words(text)) for row, text in rows]

    def correction(self, text: str) -> float:
        """Return the logits for the surface of a copy, see `RewardConfig.corrections` and `offset`."""
        # Features without weight are skipped: each takes microseconds of the GIL from the batcher's thread.
        return self.config.offset + sum(w * feature(name, text) for name, w in self.config.corrections.items() if w)

    def forward(self, rows: Sequence[Encoded]) -> NDArray[np.float32]:
        """Return [rows, 2]: mean and spread in logits."""
        parts = self.parts(rows)
        return np.stack([parts.mean, parts.spread], axis=1)

    def parts(self, rows: Sequence[Encoded]) -> Parts:
        """Compute the parts of each row's reward."""
        pooled = self.encoder.pooled([row.row for row in rows])
        with torch.inference_mode():
            computed = (self.heads(pooled), self.heads.guards(pooled), self.heads.distance(pooled))
            # One transfer to the host, so one wait for the device.
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
        """Run typical lengths once. Raises Misconfigured when the rewards are not finite."""
        self.encoder.warmup(max_batch_tokens)
        if not np.isfinite(self.forward(self.encode(["A copy to begin with", "Another one"]))).all():
            raise Misconfigured("reward.model: its rewards are not finite; train it again")


def widening(config: RewardConfig, distance: NDArray[np.float32], lengths: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return [rows] logits of spread, for unusual copies and for copies longer than the A/B-tested ones."""
    unusual = config.widening * np.maximum(distance - config.typical_distance, 0)
    untested = config.widening_by_length * np.maximum(lengths - np.log1p(config.tested_words), 0)
    return np.minimum(np.hypot(unusual, untested), config.widest).astype(np.float32)
