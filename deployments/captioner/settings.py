"""Settings of the `tags` captioner (those of `vlm` and `openai` are in files of their own)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from deployments.batching import BatchLimits
from deployments.captioner.cache import CachedKnobs
from deployments.captioner.decoder_settings import DecoderSettings
from deployments.settings import Settings


class TagsKnobs(CachedKnobs):
    """`ocr`: "auto" looks for text at a small scale and reads what it finds, "always" looks closely, "never" does not.

    Tags below `min_probability` are dropped; `max_frames` of a video's frames are looked at, spread evenly. `batching`
    is of the pictures to tag, each of one token.
    """

    min_probability: float = Field(default=0.35, ge=0, le=1)
    max_tags: int = Field(default=3, ge=0, le=20)
    ocr: Literal["auto", "always", "never"] = "auto"
    max_ocr_lines: int = Field(default=12, ge=1, le=100)
    max_frames: int = Field(default=4, ge=1, le=64)
    max_chars: int = Field(default=700, ge=80, le=4_000)
    batching: BatchLimits = BatchLimits(max_batch_items=8)


class TagsCaptionerSettings(Settings):
    """The embedded default where no vision-language model can be had. It does not see: it tags and reads.

    model: a model reference, see `deployments/weights`. `threads`: of one piece of work, of which `workers` run at a
    time; `max_waiting` calls may wait for one. More than one thread loses time where something else computes.
    """

    kind: Literal["tags"] = "tags"
    model: str = "package:efficientnet-lite0"
    threads: int = Field(default=1, ge=1, le=128)
    workers: int = Field(default=1, ge=1, le=64)
    max_waiting: int = Field(default=64, ge=0)
    max_image_side: int = Field(default=1280, ge=224, le=8192)
    decoder: DecoderSettings = DecoderSettings()
