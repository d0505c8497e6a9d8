"""The input of a fit: distinct texts, and the lessons as rows of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console

from tests.unit.training.trunk import Trunk
from training.arms import Arms
from training.features import GUARDED, build
from training.lessons import PushItem


def test_lessons_are_rows_of_distinct_texts_and_arms_come_first(tmp_path: Path) -> None:
    texts = [f"Some {word} story of the town today" for word in ("good", "old", "new", "long")]
    table = pd.DataFrame({"test_id": ["t1", "t1", "t2", "t2"], "text": texts, "fold": [1, 1, 2, 2]})
    copy = "Bread is ready at the bakery in the old town"
    item = PushItem(
        3, (copy,), ("Bread",), (("empty", "A thing"),), ("Bread", "Bread. It is hot and the door is open.")
    )
    trunk: Any = Trunk()
    features = build(trunk, Arms(table, {}), [item], None, 0, Console(quiet=True), tmp_path)
    assert features.texts[:4, 1].tolist() == [len(text) for text in texts]
    assert features.folds[:4].tolist() == [1, 1, 2, 2]
    assert features.plain[:4].all()
    assert set(features.guarded) == set(GUARDED)
    assert not features.plain[features.guarded["cut"]].any()
    better, worse = features.taught.T
    assert features.plain[better].all()
    assert np.array_equal(features.folds[better], features.folds[worse])
    assert len(features.texts) == len(features.folds) == len(features.surface) == len(features.tokens)
    assert features.others is None
