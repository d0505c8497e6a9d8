"""Settings of the `tags` captioner."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from deployments.batching import BatchLimits
from deployments.captioner.cache import CachedKnobs
from deployments.captioner.decoder_settings import DecoderSettings
from deployments.settings import Settings


class TagsKnobs(CachedKnobs):
    """`ocr`: "auto" looks for text at a small scale, "always" at a large one, "never" reads none.

    Tags below `min_probability` are dropped. `max_frames` of a video are read, spread evenly. `batching` counts each
    image or frame as one token.
    """

    min_probability: float = Field(default=0.35, ge=0, le=1)
    max_tags: int = Field(default=3, ge=0, le=20)
    ocr: Literal["auto", "always", "never"] = "auto"
    max_ocr_lines: int = Field(default=12, ge=1, le=100)
    max_frames: int = Field(default=4, ge=1, le=64)
    max_chars: int = Field(default=700, ge=80, le=4_000)
    batching: BatchLimits = BatchLimits(max_batch_items=8)


class TagsCaptionerSettings(Settings):
    """The default without a vision-language model: a classifier tags images and an OCR model reads their text.

    model: a model reference, see `deployments/weights`. `workers` tasks run at a time, each with `threads` threads;
    `max_waiting` calls may wait. More than one thread loses time where other stages compute too.
    """

    kind: Literal["tags"] = "tags"
    model: str = "package:efficientnet-lite0"
    threads: int = Field(default=1, ge=1, le=128)
    workers: int = Field(default=1, ge=1, le=64)
    max_waiting: int = Field(default=64, ge=0)
    max_image_side: int = Field(default=1280, ge=224, le=8192)
    decoder: DecoderSettings = DecoderSettings()
