"""Caption contests as a second domain: unbiased rows alone, and not every pair."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from training import captions, pairs
from training.arms import BadArms


@pytest.fixture
def contests(tmp_path: Path) -> Path:
    rows = [
        {"contest": contest, "round": "r1", "sampling": sampling, "caption": f"caption {contest} {i}", "count": 80 + i,
         "funny": i % 20, "somewhat_funny": 10, "unfunny": 50}
        for contest in (1, 2) for sampling in ("Random", "KLUCB") for i in range(60)
    ]  # fmt: skip
    path = tmp_path / "captions.parquet"
    pd.DataFrame(rows).to_parquet(path)
    return path


def test_what_a_bandit_favoured_is_left_out(contests: Path) -> None:
    arms = captions.read(contests)
    assert len(arms.table) == 120
    assert (arms.table["clicks"] <= arms.table["impressions"]).all()
    assert set(arms.table["cluster"]) == {"1", "2"}


def test_pairs_are_few_a_caption_and_all_of_one_contest(contests: Path) -> None:
    every = pairs.make(captions.read(contests).table)
    drawn = captions.sampled(every, seed=0)
    assert len(every) == 2 * 60 * 59 / 2
    assert 0.7 < len(drawn) / (120 * captions.PAIRS_OF_A_CAPTION) < 1.3
    assert len(np.unique(drawn.test)) == 2


def test_a_file_of_something_else_is_named(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("caption,count\na,1\n")
    with pytest.raises(BadArms, match=r"no column contest, round, sampling, funny"):
        captions.read(path)
