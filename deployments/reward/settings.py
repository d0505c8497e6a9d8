"""What an operator says about the reward scorer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from deployments.batch_choice import BatchLimits
from deployments.encoder import Device, DType
from deployments.settings import Knobs, Settings

if TYPE_CHECKING:
    from deployments.reward.scorer import BradleyTerryScorer


class RewardSettings(Settings):
    """Kind "bradley_terry": the heads in the folder `model`, on the encoder that they were trained on."""

    kind: Literal["bradley_terry"] = "bradley_terry"
    model: str = Field(default="models/reward", min_length=1)
    device: Device = "auto"
    dtype: DType = "auto"
    threads: int | None = Field(default=None, ge=1, le=256)

    def build(self) -> BradleyTerryScorer:
        from deployments.reward.scorer import BradleyTerryScorer  # noqa: PLC0415 - settings stay light

        return BradleyTerryScorer(self)


class RewardKnobs(Knobs):
    batching: BatchLimits = BatchLimits()
