"""The steps after a training, over a network that answers stated logits."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from deployments.reward import fit_net
from deployments.types import Copy
from tests.unit.training.fitness.entries import ENTRIES
from training.fitness import finish, measure
from training.writer.corpus import Entry


def test_the_report_and_the_card_hold_the_calibration_that_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = fit_net.FitConfig(encoder="none", dim=2, languages=("en",))
    written: dict[str, float] = {}

    def score(entry: Entry, copies: list[Copy]) -> tuple[np.ndarray, np.ndarray]:
        good = {(copy.title, copy.body) for copy in entry.copies}
        logits = np.array([4.0 if (c.title, c.body) in good else -4.0 for c in copies], np.float32)
        return logits, np.zeros_like(logits)

    def recalibrate(_folder: Path, numbers: dict[str, float]) -> str:
        written.update(numbers)
        return "r-1"

    monkeypatch.setattr(finish.FitModel, "load", lambda _folder: SimpleNamespace(config=config))
    monkeypatch.setattr(measure, "by_fit", lambda _model: score)
    monkeypatch.setattr(fit_net, "recalibrate", recalibrate)
    facts: dict[str, Any] = {"learnt": {"items": 9, "marked": 0}, "remarks": "Ours."}
    report = finish.finish(tmp_path, ENTRIES[:12], facts, None, seed=0)
    assert (report["revision"], report["unseen"]["items"]) == ("r-1", 12)
    assert written.items() <= report["config"].items()
    assert report["unseen"]["kinds"]["written_bad"]["auc"][0] == 1.0
    assert json.loads((tmp_path / "report.json").read_text())["learnt"] == facts["learnt"]
    assert (tmp_path / "README.md").read_text().endswith("Ours.\n")
