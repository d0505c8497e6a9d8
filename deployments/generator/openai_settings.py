"""Settings of the generator of kind "openai"."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from deployments.engines.openai_settings import OpenAiServer
from deployments.generator.fit import EngineFitSettings
from deployments.settings import Knobs, Settings


class OpenAiGeneratorSettings(Settings):
    """Kind "openai": a text model on a server that speaks the OpenAI API."""

    kind: Literal["openai"] = "openai"
    server: OpenAiServer
    fit: EngineFitSettings | None = None
    """The fit question to the writing model; unset: it is not asked."""

    @property
    def adapter_names(self) -> tuple[str, ...]:
        """Empty: a server names its adapters as separate models."""
        return ()


class OpenAiGeneratorKnobs(Knobs):
    """Sampling and bounds. Further sampling parameters of a server are `server.extra_body`."""

    temperature: float | None = Field(default=0.8, ge=0, le=2)
    """A request's temperature overrides it. None: never send one, for models that take none."""
    top_p: float | None = Field(default=None, gt=0, le=1)
    """None: the server's own."""
    logprobs: bool = True
    """Ask for log-probabilities, which give a candidate's likelihood for `selection.likelihood_weight` and for a
    calibration of `fit` with a `likelihood_weight`. The fit question asks for its own."""
    second_tries: int = Field(default=2, ge=0, le=4)
    """Further tries for a cut or unreadable candidate, if there is time."""
    max_tokens: int = Field(default=256, ge=16, le=32_768)
    """Tokens of one answer. A model that thinks before it answers needs thousands."""
    max_facts_tokens: int = Field(default=1000, ge=32, le=65_536)
    """Bound of the facts' tokens by an upper estimate (`token_estimate.py`); the least informative are cut first."""
    max_drafts_per_request: int = Field(default=64, ge=1, le=1024)
