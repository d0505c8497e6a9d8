"""The fit of a copy, estimated by the writing model: one question about its draft and the item's facts.

The question needs prefill only: the facts are in the engine's cache, and the answer is the difference of two logits.
The second input is the copy's likelihood under the model, which is lower for invented content.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, model_validator

from deployments.errors import Misconfigured
from deployments.item_text import title_of
from deployments.paths import find
from deployments.settings import Settings, parse
from deployments.types import Copy, Item

_WORD: Final = re.compile(r"[^\W\d_]{4,}|\d+")


def title_share(item: Item, copy: Copy) -> float | None:
    """Return the share of the title's words that the copy says, 0 to 1; None without any.

    A word is four letters or more, or a number. A copy that names nothing of the title leaves out what the item is
    about.
    """
    title = set(_WORD.findall(title_of(item).lower()))
    said = set(_WORD.findall(f"{copy.title} {copy.body}".lower()))
    return len(title & said) / len(title) if title else None


class FitCalibration(Settings):
    """The calibration of the writing model's answer as a probability, fitted on readers' marks.

    P(a strict reader would send it) =
        sigmoid(slope x contrast + likelihood_weight x likelihood + title_weight x share + offset
                + category_offsets[category])

    contrast: log P(Yes) - log P(No); the question is not asked if slope is 0. likelihood: the mean log-probability per
    token of the whole answer (`Draft.answer_likelihood`), JSON's own tokens included. It is valid only for copies of
    this model: people choose less likely words. A draft without a likelihood has a fit only if likelihood_weight is 0.
    share: of the title's words that the copy says (`title_share`); default_title_share where the item has no title.
    category_offsets: correction for a category; 0 by default.

    languages: BCP-47 primary subtags that it was measured in; copies for other items have no fit.
    """

    format_version: Literal[1] = 1
    slope: float = Field(default=1.0, ge=0)
    likelihood_weight: float = Field(default=0.0, ge=0)
    title_weight: float = Field(default=0.0, ge=0)
    default_title_share: float = Field(default=0.0, ge=0, le=1)
    offset: float = 0.0
    category_offsets: dict[str, float] = Field(default_factory=dict)
    languages: tuple[str, ...] = Field(default=("en",), min_length=1)

    def knows(self, language: str, likelihood: float | None) -> bool:
        """Whether copies in this language with this likelihood have a fit."""
        return language in self.languages and (likelihood is not None or self.likelihood_weight == 0)

    def fit(self, contrast: float, likelihood: float | None, category: str = "", share: float | None = None) -> float:
        """Return the fit, 0 to 1, from the contrast and the likelihood of the copy, both in nats.

        likelihood: None only if likelihood_weight is 0, see `knows`. share: of the title's words, see `title_share`.
        """
        offset = self.offset + self.category_offsets.get(category, 0.0)
        title = self.title_weight * (self.default_title_share if share is None else share)
        logit = self.slope * contrast + self.likelihood_weight * (likelihood or 0.0) + title + offset
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
