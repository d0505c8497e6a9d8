"""Settings of an encoder."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from deployments.settings import Settings

Device = Literal["auto", "cpu", "cuda"]
DType = Literal["auto", "float32", "bfloat16", "float16"]
CudaGraphUse = Literal["auto", "on", "off"]


class EncoderSettings(Settings):
    """An encoder and its device. `dtype: auto` is bfloat16 where the device computes in it, else float32.

    `graphs`: CUDA graphs by bucket of rows and length, captured at start. "auto" uses them on a GPU if they can be
    captured; "on" refuses to start if they cannot.
    """

    model: str = Field(default="package:all-minilm-l6-v2", min_length=1)
    max_length: int = Field(default=128, ge=8, le=512, description="tokens; longer texts are cut")
    layers: tuple[int, ...] = Field(
        default=(), description="hidden states to pool side by side, 0 the embeddings; none: the last alone"
    )
    device: Device = "auto"
    dtype: DType = "auto"
    graphs: CudaGraphUse = "auto"
    gpu_memory_utilization: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="share of the card that the process may allocate; unset: no bound. Set it where stages share a GPU",
    )
    threads: int | None = Field(default=None, ge=1, le=256, description="of torch, in this process; unset: torch's own")
