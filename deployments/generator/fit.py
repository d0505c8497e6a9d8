"""Whether a copy is fit to send, by the model that writes: one question on the facts it has just read.

Prefill only: the facts are in the engine's cache, and the answer is the difference of two logits.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Literal

from pydantic import Field

from deployments.errors import Misconfigured
from deployments.paths import find
from deployments.settings import Settings, parse


class FitCalibration(Settings):
    """P(a strict reader would send it) = sigmoid(slope x (log P(Yes) - log P(No)) + offset), fitted on readers' marks.

    languages: BCP-47 primary subtags that it was measured in; of copies for other items nothing is said.
    """

    format_version: Literal[1] = 1
    slope: float = Field(default=1.0, gt=0)
    offset: float = 0.0
    languages: tuple[str, ...] = Field(default=("en",), min_length=1)

    def fit(self, contrast: float) -> float:
        """0 to 1, from the difference of the log-probabilities."""
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, self.slope * contrast + self.offset))))


class EngineFitSettings(Settings):
    """Kind "engine": the generator's own model is asked about every draft.

    calibration: a JSON file of FitCalibration, beside the adapter that it was measured with. Without one the model's
    word counts as it is, for the languages given here.
    """

    kind: Literal["engine"] = "engine"
    calibration: str | None = Field(default=None, min_length=1, max_length=1024)
    languages: tuple[str, ...] = Field(default=("en",), min_length=1)

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
