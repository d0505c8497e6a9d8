"""The fit of a copy by the model that writes: one question on the facts it has just read.

Prefill only: the facts are in the engine's cache, and the answer is the difference of two logits. The second number is
how likely the copy was when it was written: what a model invents, it is less sure of.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from deployments.errors import Misconfigured
from deployments.paths import find
from deployments.settings import Settings, parse


class FitCalibration(Settings):
    """How the writing model's word becomes a probability, fitted on readers' marks.

    P(a strict reader would send it) =
        sigmoid(slope x contrast + likelihood_weight x likelihood + offset + category_offsets[category])

    contrast: log P(Yes) - log P(No); not asked where slope is 0. likelihood: the mean log-probability per token of the
    answer. It says nothing of copies that the model did not write: people choose less likely words. A draft whose
    engine gave none has a fit only where likelihood_weight is 0. category_offsets: how much better or worse this writer
    is at a category than its numbers say; 0 for a category that is not named.

    languages: BCP-47 primary subtags that it was measured in; of copies for other items nothing is said.
    """

    format_version: Literal[1] = 1
    slope: float = Field(default=1.0, ge=0)
    likelihood_weight: float = Field(default=0.0, ge=0)
    offset: float = 0.0
    category_offsets: dict[str, float] = Field(default_factory=dict)
    languages: tuple[str, ...] = Field(default=("en",), min_length=1)

    def knows(self, language: str, likelihood: float | None) -> bool:
        """Whether a fit can be said of copies in this language with this likelihood."""
        return language in self.languages and (likelihood is not None or self.likelihood_weight == 0)

    def fit(self, contrast: float, likelihood: float | None, category: str = "") -> float:
        """0 to 1, from the difference of the log-probabilities and the likelihood of the copy, both in nats.

        likelihood: None only where likelihood_weight is 0, see `knows`.
        """
        offset = self.offset + self.category_offsets.get(category, 0.0)
        logit = self.slope * contrast + self.likelihood_weight * (likelihood or 0.0) + offset
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))


class EngineFitSettings(Settings):
    """Kind "engine": the generator's own model is asked about every draft.

    calibration: a JSON file of FitCalibration, beside the adapter that it was measured with. Without one the model's
    word counts as it is, for the languages given here.
    """

    kind: Literal["engine"] = "engine"
    calibration: str | None = Field(default=None, min_length=1, max_length=1024)
    languages: tuple[str, ...] = Field(default=("en",), min_length=1)

    @model_validator(mode="after")
    def _one_says_the_languages(self) -> EngineFitSettings:
        if self.calibration is not None and "languages" in self.model_fields_set:
            raise ValueError("languages: the calibration file names those that it was measured in; leave this out")
        return self

    def load(self) -> FitCalibration:
        """Raises Misconfigured, naming the file and the field."""
        if self.calibration is None:
            return FitCalibration(languages=self.languages)
        path = find(self.calibration)
        if path is None or not path.is_file():
            raise Misconfigured(f"generator.fit.calibration: there is no file {self.calibration!r}")
        return read(path)


def read(path: Path) -> FitCalibration:
    """Raises Misconfigured."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise Misconfigured(f"generator.fit.calibration: {path.name!r} is no JSON file") from None
    return parse(FitCalibration, content, f"generator.fit.calibration {path.name!r}")
