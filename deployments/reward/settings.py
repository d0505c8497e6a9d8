"""Settings and knobs of the reward scorer."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from deployments.batching import BatchLimits
from deployments.encoder import CudaGraphUse, Device, DType
from deployments.settings import Knobs, Settings

_REVISION = r"^([0-9a-f]{12})?$"


class RewardSettings(Settings):
    """Kind "bradley_terry": the heads in the folder `model`, on the encoder of their training.

    `fit`: the folder of the fit measure; without one, no copy has a fit.
    """

    kind: Literal["bradley_terry"] = "bradley_terry"
    model: str = Field(default="models/reward", min_length=1)
    fit: str | None = Field(default="models/fit", min_length=1)
    device: Device = "auto"
    dtype: DType = "auto"
    graphs: CudaGraphUse = Field(default="auto", description="CUDA graphs of the encoder, see EncoderSettings")
    gpu_memory_utilization: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="share of the card for all models, also two during a swap; unset: no bound",
    )
    threads: int | None = Field(default=None, ge=1, le=256)


class RewardKnobs(Knobs):
    """A new `model` is loaded while the old one serves, and goes live without a restart.

    A revision is the 12 hexadecimal digits in a model's report and in every Decision. If it is set, the folder must
    have it. Set the new one to reload an overwritten folder: Serve passes a `user_config` on only if it differs from
    the last one.
    """

    model: str | None = Field(default=None, min_length=1, description="unset: the one of the settings")
    model_revision: str = Field(default="", pattern=_REVISION)
    shadow: str | None = Field(
        default=None, min_length=1, description="scores what `model` scores, and decides nothing"
    )
    shadow_revision: str = Field(default="", pattern=_REVISION)
    shadow_share: float = Field(default=1.0, ge=0, le=1, description="of the calls, drawn at random")
    batching: BatchLimits = BatchLimits()

    @model_validator(mode="after")
    def _possible(self) -> RewardKnobs:
        if self.shadow_revision and self.shadow is None:
            raise ValueError("shadow_revision is given without shadow, the folder of the model")
        return self
