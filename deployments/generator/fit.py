"""The fit of a copy, estimated by the writing model: one question about its draft and the item's facts.

The question needs prefill only: the facts are in the engine's cache, and the answer is the difference of two logits.
The second input is the copy's likelihood under the model, which is lower for invented content.
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
    """The calibration of the writing model's answer as a probability, fitted on readers' marks.

    P(a strict reader would send it) =
        sigmoid(slope x contrast + likelihood_weight x likelihood + offset + category_offsets[category])

    contrast: log P(Yes) - log P(No); the question is not asked if slope is 0. likelihood: the mean log-probability per
    token of the whole answer (`Draft.answer_likelihood`), JSON's own tokens included. It is valid only for copies of
    this model: people choose less likely words. A draft without a likelihood has a fit only if likelihood_weight is 0.
    category_offsets: correction for a category; 0 by default.

    languages: BCP-47 primary subtags that it was measured in; copies for other items have no fit.
    """

    format_version: Literal[1] = 1
    slope: float = Field(default=1.0, ge=0)
    likelihood_weight: float = Field(default=0.0, ge=0)
    offset: float = 0.0
    category_offsets: dict[str, float] = Field(default_factory=dict)
    languages: tuple[str, ...] = Field(default=("en",), min_length=1)

    def knows(self, language: str, likelihood: float | None) -> bool:
        """Whether copies in this language with this likelihood have a fit."""
        return language in self.languages and (likelihood is not None or self.likelihood_weight == 0)

    def fit(self, contrast: float, likelihood: float | None, category: str = "") -> float:
        """Return the fit, 0 to 1, from the contrast and the likelihood of the copy, both in nats.

        likelihood: None only if likelihood_weight is 0, see `knows`.
        """
        offset = self.offset + self.category_offsets.get(category, 0.0)
        logit = self.slope * contrast + self.likelihood_weight * (likelihood or 0.0) + offset
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))


class EngineFitSettings(Settings):
    """Kind "engine": the generator's own model judges every draft.

    calibration: a JSON file of FitCalibration, beside the adapter that it was measured with. Without one the model's
    answer is used uncalibrated, for the languages given here.
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
        """Read the calibration. Raises Misconfigured with the file and the field."""
        if self.calibration is None:
            return FitCalibration(languages=self.languages)
        path = find(self.calibration)
        if path is None or not path.is_file():
            raise Misconfigured(f"generator.fit.calibration: there is no file {self.calibration!r}")
        return read(path)


def read(path: Path) -> FitCalibration:
    """Read a calibration file. Raises Misconfigured."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise Misconfigured(f"generator.fit.calibration: {path.name!r} is no JSON file") from None
    return parse(FitCalibration, content, f"generator.fit.calibration {path.name!r}")
