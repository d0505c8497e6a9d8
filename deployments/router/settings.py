"""Settings and knobs of the router."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from deployments.batching import BatchLimits
from deployments.encoder import EncoderSettings
from deployments.router.catalogue import Catalogue, FileCatalogue
from deployments.settings import Knobs, Settings


class EmbeddingRouterSettings(Settings):
    """Kind "embedding": zero-shot, by the similarity of item and cues under a sentence encoder."""

    kind: Literal["embedding"] = "embedding"
    encoder: EncoderSettings = EncoderSettings()


class Exploration(Knobs):
    """With probability `epsilon` a request's last category is swapped for a lighter one.

    The draw depends on `seed` and the request id alone, so a request can be replayed.
    """

    epsilon: float = Field(default=0.0, ge=0, le=1)
    seed: int = Field(default=0, ge=0)


class RouterKnobs(Knobs):
    """`temperature` of the softmax over similarities. They differ by a few hundredths, so keep it small."""

    catalogue: Catalogue = FileCatalogue(kind="file")
    temperature: float = Field(default=0.1, gt=0, le=10)
    exploration: Exploration = Exploration()
    batching: BatchLimits = BatchLimits()
