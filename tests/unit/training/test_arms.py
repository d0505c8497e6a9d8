from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

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


def test_a_push_is_read_as_it_is_sent_title_and_body() -> None:
    pushes = table(title=["Cats win", "Dogs win!", "Bread", "Cake"], body=["At last.", "Again.", None, " "])
    texts = clean(pushes.drop(columns="text")).table["text"]
    assert list(texts) == ["Cats win. At last.", "Dogs win! Again.", "Bread", "Cake"]
    assert list(clean(pushes.drop(columns=["text", "body"])).table["text"]) == [
        "Cats win",
        "Dogs win!",
        "Bread",
        "Cake",
    ]
    assert list(clean(pushes).table["text"]) == list(table()["text"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"clicks": [50, 2000, 5, 9]}, "clicks exceeds impressions in 1 rows"),
        ({"clicks": [50, -1, 5, 9]}, "negative"),
        ({"cluster": [1, 1, None, 2]}, "cluster is empty"),
        ({"fold": [1, 1, 2, 12]}, "fold is not 0 to 9"),
        ({"share": [1, 1, 0, 1]}, "share is no number above 0"),
        ({"clicks": ["a", "b", "c", "d"]}, "clicks holds something that is no whole number"),
    ],
)
def test_an_impossible_log_is_refused_by_name(changes: dict, words: str) -> None:
    with pytest.raises(BadArms, match=words):
        clean(table(**changes))


def test_a_missing_column_is_named_with_what_else_it_may_be_called() -> None:
    with pytest.raises(BadArms, match=r"text \(headline\)"):
        clean(table().drop(columns="text"))


def test_a_log_with_a_winner_and_no_clicks_is_refused_with_the_reason() -> None:
    with pytest.raises(BadArms, match="winner cannot stand in for it"):
        clean(table(winner=[True, False, True, False]).drop(columns="clicks"))


def test_an_editors_choice_is_named_and_changes_nothing() -> None:
    arms = clean(table(winner=[False, True, True, False], significance=[1, 2, 3, 4]))
    assert {name for name in arms.flags if name.startswith("column")} == {"column winner", "column significance"}
    assert (make(arms.table).z == make(clean(table()).table).z).all()


def test_what_cannot_be_compared_is_left_out_by_name() -> None:
    rows = [
        ("t0", "a", "Nobody saw this", 0, 0),
        ("t0", "a", "Its rival is all alone", 900, 9),
        ("t1", "a", "A Cat", 1000, 50),
        ("t1", "b", "A Dog", 1000, 50),
        ("t2", "a", "Thrice the arms", 3000, 50),
        ("t2", "a", "A third of them", 1000, 50),
        ("t3", "a", "", 1000, 50),
        ("t4", "a", "Bread", 1000, 10),
        ("t4", "a", "Cake", 1010, 20),
        ("t4", "a", "Cake", 990, 30),
        ("t4", "a", "Bread", 1000, 10),
    ]
    arms = clean(pd.DataFrame(rows, columns=["test_id", "image_id", "text", "impressions", "clicks"]))
    assert {reason: count for reason, count in arms.dropped.items() if count} == {
        "no text": 1,
        "zero impressions": 1,
        "row repeated": 1,
        "sample-ratio mismatch": 2,
        "one-armed test": 1,
        "no other arm with that image": 2,
    }
    assert arms.flags["tests with sample-ratio mismatch"] == 1
    assert arms.flags["duplicate arms merged"] == 1
    assert arms.table[["text", "impressions", "clicks"]].to_numpy().tolist() == [
        ["Bread", 1000, 10],
        ["Cake", 2000, 50],
    ]


def test_arms_of_faulty_weeks_are_left_out() -> None:
    arms = clean(table(week=[201401, 201401, 201501, 201501]))
    assert arms.dropped["randomisation fault"] == 2
    assert set(arms.table["test_id"]) == {"t2"}


@pytest.mark.parametrize("flag", ["randomization_imbalace_risk", "randomization_imbalance_risk"])
def test_the_archives_flag_is_read_in_both_spellings(flag: str) -> None:
    assert clean(table(**{flag: [True, True, False, False]})).dropped["randomisation fault"] == 2


def test_when_nothing_is_left_the_reasons_are_given() -> None:
    with pytest.raises(BadArms, match=r"'sample-ratio mismatch': 4.*column share"):
        clean(table(impressions=[1000, 9000, 500, 4500]))
    assert len(clean(table(impressions=[1000, 9000, 500, 4500], share=[10, 90, 10, 90])).table) == 4


def test_the_lede_is_the_context_and_joins_tests_without_a_cluster() -> None:
    ledes = ["<p>A long lede about one and the same animal shelter.</p>"] * 4
    joined = clean(table(lede=ledes, excerpt=["a", "b", "c", "d"]))
    assert joined.table["cluster"].nunique() == 1
    assert joined.table["fold"].nunique() == 1
    assert joined.flags["clusters computed"] == 1
    assert clean(table(excerpt=["a", "b", "c", "d"])).table["cluster"].nunique() == 2


def test_a_cluster_keeps_its_fold() -> None:
    assert fold_of("story-1") == fold_of("story-1")
    assert {fold_of(f"story-{i}") for i in range(200)} == set(range(10))


def test_ids_and_copies_of_a_csv_are_text(tmp_path: Path) -> None:
    path = tmp_path / "arms.csv"
    path.write_text(
        " Test_ID ,headline,impressions,clicks\n007,None,1000,50\n007,NA,1000,20\n7,Bread,500,5\n7,Cake,500,9\n"
    )
    table = read(path).table
    assert list(table["test_id"]) == ["007", "007", "7", "7"]
    assert list(table["text"]) == ["None", "NA", "Bread", "Cake"]


def test_an_id_is_the_same_from_csv_and_from_parquet(tmp_path: Path) -> None:
    arms = table(test_id=[1, 1, 2, 2], image_id=[3.0, 3.0, None, None])
    arms.to_csv(tmp_path / "arms.csv", index=False)
    arms.to_parquet(tmp_path / "arms.parquet")
    for name in ("arms.csv", "arms.parquet"):
        assert set(read(tmp_path / name).table["test_id"]) == {"1", "2"}
    assert list(read(tmp_path / "arms.parquet").table["image_id"]) == ["3", "3", "", ""]
