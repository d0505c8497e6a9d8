"""Settings of the captioner of kind "openai"."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from deployments.captioner.cache import CachedKnobs
from deployments.captioner.decoder_settings import DecoderSettings
from deployments.engines.openai_settings import OpenAiServer
from deployments.settings import Settings


class OpenAiCaptionerKnobs(CachedKnobs):
    """`max_images` counts images and frames together: images first, then frames spread evenly over the video.

    Greedy by default, so that one content has one caption. A `temperature` of None is not sent, for models that take
    none. `max_facts_tokens` is compared with an upper estimate (`engines/token_estimate.py`).
    """

    temperature: float | None = Field(default=0.0, ge=0, le=2)
    max_tokens: int = Field(default=256, ge=8, le=32_768)
    max_images: int = Field(default=4, ge=1, le=64)
    max_facts_tokens: int = Field(default=400, ge=32, le=65_536)
    max_chars: int = Field(default=1000, ge=80, le=10_000)


class OpenAiCaptionerSettings(Settings):
    """Kind "openai": a vision-language model on a server that speaks the OpenAI API.

    Images and frames travel in the call, as JPEGs of at most `max_image_side` pixels a side.
    """

    kind: Literal["openai"] = "openai"
    server: OpenAiServer
    max_image_side: int = Field(default=768, ge=32, le=8192)
    decoder: DecoderSettings = DecoderSettings()
    jpeg_quality: int = Field(default=88, ge=30, le=95)
