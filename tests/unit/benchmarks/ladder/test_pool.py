"""Marked candidates as the graph would see them."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks.ladder import pool
from deployments.generator.fit import FitCalibration
from deployments.types import Item


def test_marks_become_candidates_by_item_and_category(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        pool, "scored", lambda _, texts: SimpleNamespace(mean=np.arange(len(texts)), spread=np.ones(len(texts)))
    )
    marks = [
        {
            "id": item,
            "category": category,
            "title": "A title",
            "body": "b",
            "fit": fit,
            "likelihood": -0.5,
            "contrast": 0.0,
        }
        for item, category, fit in (("x", "DIRECT", 1.0), ("x", "STORY", 0.5), ("y", "DIRECT", 0.0))
    ]
    path = tmp_path / "marks.jsonl"
    path.write_text("\n".join(json.dumps(mark) for mark in marks), encoding="utf-8")
    model: Any = None
    by_id = {"x": Item(title="Title"), "y": Item()}
    by_plan = {"x": ["STORY", "LIST", "DIRECT"], "y": ["DIRECT"]}
    assert pool.marked([path]) == {"x", "y"}
    pools, good = pool.read([path], by_id, by_plan, model, FitCalibration(title_weight=2.0))
    assert [{category: [c.id for c in drafts] for category, drafts in each.items()} for each in pools] == [
        {"STORY": ["c1"], "LIST": [], "DIRECT": ["c0"]},
        {"DIRECT": ["c2"]},
    ], "in the order of the plan"
    assert good == {"c0": 1.0, "c1": 0.0, "c2": 0.0}, "half fit is not fit"
    assert pools[0]["STORY"][0].fit == pytest.approx(0.881, abs=0.001)
    assert pools[1]["DIRECT"][0].fit == pytest.approx(0.5)
    assert pools[1]["DIRECT"][0].reward is not None


def test_the_kept_marks_and_the_calibration_are_there() -> None:
    assert all(path.is_file() for path in (*pool.MARKS, pool.CALIBRATION))
    known = pool.items()
    assert all(json.loads(line)["id"] in known for path in pool.MARKS for line in path.read_text().splitlines())
