"""Settings of the `vlm` captioner."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, model_validator

from deployments.captioner.cache import CachedKnobs
from deployments.captioner.decoder_settings import DecoderSettings
from deployments.engines.settings import EngineSettings
from deployments.settings import Settings

_IMAGES: Final = 4


class VlmKnobs(CachedKnobs):
    """`max_images` counts images and frames together: images first, then frames spread evenly over the video.

    None: as many as the engine takes. Greedy by default, so that one content has one caption.
    """

    temperature: float = Field(default=0.0, ge=0, le=2)
    repetition_penalty: float = Field(default=1.0, ge=0.5, le=2)
    max_tokens: int = Field(default=128, ge=8, le=2048)
    max_images: int | None = Field(default=None, ge=1, le=64)
    max_facts_tokens: int = Field(default=256, ge=32, le=65536)
    max_chars: int = Field(default=1000, ge=80, le=10_000)


class VlmCaptionerSettings(Settings):
    """Kind "vlm": a frozen vision-language model on the engine of `deployments.engines`.

    Any model that vLLM serves with images: SmolVLM-256M class on a CPU, Qwen-VL class on a GPU.
    """

    kind: Literal["vlm"] = "vlm"
    engine: EngineSettings
    max_image_side: int = Field(default=768, ge=32, le=8192)
    decoder: DecoderSettings = DecoderSettings()

    @model_validator(mode="before")
    @classmethod
    def _images_by_default(cls, data: object) -> object:
        """Set the engine's number of images, unless it is named: its own default is that of a text model."""
        if isinstance(data, dict) and isinstance(engine := data.get("engine"), dict):
            return data | {"engine": {"max_images_per_prompt": _IMAGES} | engine}
        return data

    @model_validator(mode="after")
    def _sees(self) -> VlmCaptionerSettings:
        if self.engine.max_images_per_prompt == 0:
            raise ValueError("engine.max_images_per_prompt=0: a captioner that may not look at images")
        return self
