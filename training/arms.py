"""Arms of A/B tests from a CSV or Parquet file: one row for each copy that was shown, and how it did.

Columns (any order, others are left alone):
  test_id       arms with the same id were randomised against each other
  text          the copy shown (or `headline`)
  impressions   how often it was shown, at least 1
  clicks        how often it was clicked, at most `impressions`
  image_id      optional: held fixed inside a pair, so that the words are all that differs
  cluster       optional: tests about one story; never split across training and measuring
  week          optional: YYYYWW
  fold          optional: a cluster's fold; drawn by hash where missing
The names of the Upworthy Research Archive's own CSV are accepted too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

ALIASES: Final = {
    "clickability_test_id": "test_id",
    "eyecatcher_id": "image_id",
    "headline": "text",
    "test_week": "week",
    "randomization_imbalace_risk": "fault_risk",  # sic: the archive's own spelling
    "randomization_imbalance_risk": "fault_risk",
}
REQUIRED: Final = ("test_id", "text", "impressions", "clicks")
# The archive's maintainers found that between 25 June 2013 and 10 January 2014 arms were probably not assigned at
# random (notice of June 2024) and discourage causal use. created_at has no known time zone: a day more on each side.
FAULT_WEEKS: Final = (201325, 201402)
FAULT_DAYS: Final = ("2013-06-24", "2014-01-11")
FOLDS: Final = 10
_PARQUET: Final = {".parquet", ".pq"}


class BadArms(ValueError):
    """The file cannot be used; the message names columns and rows."""


@dataclass(frozen=True)
class Arms:
    """`table`: test_id, text, impressions, clicks, image_id, cluster, fold. `dropped` counts what is not in it."""

    table: pd.DataFrame
    dropped: dict[str, int]


def read(path: Path) -> Arms:
    """Read a CSV or Parquet file and clean it. Raises BadArms."""
    try:
        table = pd.read_parquet(path) if path.suffix.lower() in _PARQUET else pd.read_csv(path, low_memory=False)
    except FileNotFoundError:
        raise BadArms(f"there is no file {path.name!r}") from None
    except (ValueError, OSError) as error:
        raise BadArms(f"{path.name!r} is neither CSV nor Parquet: {error}") from None
    return clean(table)


def clean(table: pd.DataFrame) -> Arms:
    """The arms that can be compared. Raises BadArms when a column is missing or a count is impossible."""
    table = table.rename(columns={old: new for old, new in ALIASES.items() if new not in table.columns})
    missing = [c for c in REQUIRED if c not in table.columns]
    if missing:
        called = ", ".join(
            f"{c} ({', '.join(o for o, n in ALIASES.items() if n == c) or 'no other name'})" for c in missing
        )
        raise BadArms(f"no column {called}; there are: {', '.join(map(str, table.columns))}")
    table = _typed(table)
    dropped: dict[str, int] = {}
    found: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
        "no text": lambda t: t["text"] == "",
        "no impressions": lambda t: t["impressions"] == 0,
        "randomisation fault": in_fault_window,
        "same copy twice in a test": lambda t: t.duplicated(["test_id", "image_id", "text"]),
        "no other arm with that image": lambda t: t.groupby(["test_id", "image_id"])["text"].transform("size") < 2,
    }
    for reason, find in found.items():
        rows = find(table)
        dropped[reason] = int(rows.sum())
        table = table[~rows].reset_index(drop=True)
    if table.empty:
        raise BadArms(f"no two arms of a test are left to compare; left out: {dropped}")
    if "cluster" not in table.columns:
        table["cluster"] = clusters_of(table)
    if "fold" not in table.columns:
        table["fold"] = [fold_of(str(c)) for c in table["cluster"]]
    elif (table.groupby("cluster")["fold"].nunique() > 1).any():
        raise BadArms("a cluster lies in more than one fold: the split would leak")
    return Arms(table, dropped)


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    table = table.reset_index(drop=True).copy()
    for column in ("impressions", "clicks"):
        numbers = pd.to_numeric(table[column], errors="coerce")
        _refuse(table, numbers.isna() | (numbers % 1 != 0), f"{column} holds something that is no number")
        _refuse(table, numbers < 0, f"{column} is negative")
        table[column] = numbers.astype("int64")
    _refuse(table, table["clicks"] > table["impressions"], "clicks exceeds impressions")
    _refuse(table, table["test_id"].isna(), "test_id is empty")
    table["test_id"] = table["test_id"].astype(str)
    table["text"] = table["text"].fillna("").astype(str).str.split().str.join(" ")
    table["image_id"] = table["image_id"].fillna("").astype(str) if "image_id" in table.columns else ""
    return table


def _refuse(table: pd.DataFrame, bad: pd.Series, what: str) -> None:
    if bad.any():
        rows = ", ".join(f"row {i + 1} (test {table['test_id'][i]})" for i in table.index[bad][:3])
        raise BadArms(f"{what} in {int(bad.sum())} rows: {rows}{' ...' if bad.sum() > 3 else ''}")


def in_fault_window(table: pd.DataFrame) -> pd.Series:
    """Rows that the archive's maintainers warn of: by flag, by week or by day, whichever columns there are."""
    bad = pd.Series(False, index=table.index)
    if "fault_risk" in table.columns:
        bad |= table["fault_risk"].astype(str).str.strip().str.lower().isin({"true", "1", "1.0", "yes"})
    if "week" in table.columns:
        bad |= pd.to_numeric(table["week"], errors="coerce").between(*FAULT_WEEKS)
    if "created_at" in table.columns:
        days = pd.to_datetime(table["created_at"], errors="coerce", utc=True, format="mixed").dt.strftime("%Y-%m-%d")
        bad |= days.between(*FAULT_DAYS)
    return bad


def clusters_of(table: pd.DataFrame) -> list[str]:
    """Tests joined where they share a headline, letters and digits alone compared. Finds retests, not paraphrases."""
    parent: dict[str, str] = {}

    def root(node: str) -> str:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    words = table["text"].str.lower().str.replace(r"\W+", " ", regex=True).str.strip()
    for test, text in zip(table["test_id"], words, strict=True):
        parent[root(f"test {test}")] = root(f"text {text}")
    names: dict[str, str] = {}
    return [names.setdefault(root(f"test {test}"), str(test)) for test in table["test_id"]]


def fold_of(cluster: str) -> int:
    """0 to 9, the same for the same cluster on every machine."""
    return int.from_bytes(hashlib.sha256(cluster.encode()).digest()[:4], "big") % FOLDS
