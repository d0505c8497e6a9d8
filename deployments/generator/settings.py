"""Settings and knobs of the generator on vLLM."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from deployments.engines.settings import EngineSettings
from deployments.generator.choice import BASE
from deployments.generator.fit import EngineFitSettings
from deployments.settings import Knobs, Settings


class GeneratorSettings(Settings):
    """Kind "vllm": a text model on the engine of `deployments.engines`."""

    kind: Literal["vllm"] = "vllm"
    engine: EngineSettings
    fit: EngineFitSettings | None = None
    """The fit question to the writing model; unset: it is not asked."""

    @model_validator(mode="after")
    def _possible(self) -> GeneratorSettings:
        if BASE in self.engine.adapters:
            raise ValueError(f"engine.adapters.{BASE}: requests call the model itself {BASE!r}; use another name")
        return self

    @property
    def adapter_names(self) -> tuple[str, ...]:
        """Names that a request may use, beside BASE."""
        return tuple(sorted(self.engine.adapters))


class GeneratorKnobs(Knobs):
    """Sampling and bounds. A request's temperature and adapter override the knobs.

    A repetition penalty counts the prompt's tokens too: above 1 it drives the model away from the item's facts.
    """

    temperature: float = Field(default=0.3, ge=0, le=2)
    top_p: float = Field(default=1.0, gt=0, le=1)
    min_p: float = Field(default=0.1, ge=0, le=1)
    repetition_penalty: float = Field(default=1.0, ge=0.5, le=2)
    adapter: str = Field(default="", max_length=64)
    """A name of `engine.adapters`; empty or "base": the model itself."""
    grammar: bool = True
    """Constrain the form of answers while they are decoded, not their length: a longer one is written again."""
    second_tries: int = Field(default=2, ge=0, le=4)
    """Further tries for a candidate above its length limit, if there is time: a cut one is never sent."""
    max_tokens: int = Field(default=160, ge=16, le=4096)
    """Tokens of one answer."""
    max_facts_tokens: int = Field(default=400, ge=32, le=65536)
    """Bound of the facts' tokens; the least informative facts are cut first."""
    max_drafts_per_request: int = Field(default=64, ge=1, le=1024)
