from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from training import seen
from training.arms import BadArms, clean, fold_of, read
from training.pairs import make


def table(**changes: list) -> pd.DataFrame:
    columns = {
        "test_id": ["t1", "t1", "t2", "t2"],
        "text": ["Cats win", "Dogs win", "Bread", "Cake"],
        "impressions": [1000, 1000, 500, 500],
        "clicks": [50, 20, 5, 9],
    }
    return pd.DataFrame(columns | changes)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_the_archives_own_column_names_are_understood(tmp_path: Path, suffix: str) -> None:
    archive = table().rename(columns={"test_id": "clickability_test_id", "text": "headline"})
    archive["eyecatcher_id"] = ["a", "a", "b", "b"]
    path = tmp_path / f"arms.{suffix}"
    archive.to_csv(path) if suffix == "csv" else archive.to_parquet(path)
    assert len(make(read(path).table)) == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"clicks": [50, 2000, 5, 9]}, "clicks exceeds impressions in 1 rows"),
        ({"clicks": [50, -1, 5, 9]}, "negative"),
        ({"clicks": ["a", "b", "c", "d"]}, "clicks holds something that is no number"),
    ],
)
def test_an_impossible_log_is_refused_by_name(changes: dict, words: str) -> None:
    with pytest.raises(BadArms, match=words):
        clean(table(**changes))


def test_a_missing_column_is_named_with_what_else_it_may_be_called() -> None:
    with pytest.raises(BadArms, match=r"text \(headline\)"):
        clean(table().drop(columns="text"))


def test_what_cannot_be_compared_is_dropped_and_counted() -> None:
    arms = clean(table(impressions=[1000, 0, 500, 500], clicks=[50, 0, 5, 9], week=[201401, 201501, 201501, 201501]))
    assert arms.dropped["no impressions"] == 1
    assert arms.dropped["randomisation fault"] == 1
    assert list(arms.table["text"]) == ["Bread", "Cake"]


def test_pairs_stay_inside_a_test_and_an_image() -> None:
    arms = clean(table(test_id=["t1"] * 4, image_id=["x", "x", "y", "y"])).table
    pairs = make(arms)
    assert sorted(zip(pairs.a, pairs.b, strict=True)) == [(0, 1), (2, 3)]
    assert pairs.z[0] == pytest.approx(3.65, abs=0.01)  # 5.0% against 2.0% of 1000 each
    assert pairs.labels[0] > 0.9


def test_a_cluster_keeps_its_fold() -> None:
    assert fold_of("story-1") == fold_of("story-1")
    assert {fold_of(f"story-{i}") for i in range(200)} == set(range(10))


def test_what_a_model_has_seen_is_left_out_with_its_cluster(tmp_path: Path) -> None:
    arms = clean(table(test_id=["t1", "t1", "t2", "t2"], cluster=[1, 1, 1, 1]))
    seen.write(tmp_path, ["t9"])
    assert seen.unseen(arms.table, tmp_path).all()
    seen.write(tmp_path, ["t1"])
    assert not seen.unseen(arms.table, tmp_path).any()
