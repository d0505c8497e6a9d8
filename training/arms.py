"""Arms of A/B tests from a CSV or Parquet file: one row for each copy that was shown, and how it did.

Columns (any order, others are left alone):
  test_id       arms with the same id were randomised against each other
  text          the copy shown (or `headline`), or in its place
  title, body   the two halves of a push; `body` may be missing or empty
  impressions   how often it was shown; arms with none are left out
  clicks        how often it was clicked, at most `impressions`
  image_id      optional: held fixed inside a pair, so that the words are all that differs
  context       optional: what the item is about; tests with the same context tell one story
  cluster       optional: tests about one story, never split across training and measuring; computed where missing
  week          optional: YYYYWW, by which the archive's weeks of faulty randomisation are left out
  share         optional: planned share of the test's impressions, any unit; equal where missing
  fold          optional: a cluster's fold, 0 to 9; drawn by hash where missing
The names of the Upworthy Research Archive's own CSV are accepted too; its `lede`, else `excerpt`, is the context.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd

from deployments.reward.text import render_copy
from training import checks
from training.clusters import clusters_of

# Of two names for one thing the first that the file has is read.
ALIASES: Final = {
    "clickability_test_id": "test_id",
    "eyecatcher_id": "image_id",
    "headline": "text",
    "test_week": "week",
    "randomization_imbalace_risk": "fault_risk",  # sic: the archive's own spelling
    "randomization_imbalance_risk": "fault_risk",
    "lede": "context",
    "excerpt": "context",
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
    """`table`: test_id, text, impressions, clicks, image_id, cluster, fold, and what else the file had.

    dropped: how many arms are not in it, by reason.
    flags: what a reader of the numbers should know, by name: a count or a sentence.
    """

    table: pd.DataFrame
    dropped: dict[str, int]
    flags: dict[str, int | str] = field(default_factory=dict)


def read(path: Path) -> Arms:
    """Read a CSV or Parquet file and clean it. Raises BadArms."""
    try:
        if path.suffix.lower() in _PARQUET:
            table = pd.read_parquet(path)
        else:  # as text: an id of 007 is not 7, and a copy that reads "None" is a copy
            table = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
    except FileNotFoundError:
        raise BadArms(f"there is no file {path.name!r}") from None
    except (ValueError, OSError) as error:
        raise BadArms(f"{path.name!r} is neither CSV nor Parquet: {error}") from None
    return clean(table)


def clean(table: pd.DataFrame) -> Arms:
    """The arms that can be compared. Raises BadArms when a column is missing or a count is impossible."""
    table = _named(table.rename(columns=lambda name: str(name).strip().lower()))
    flags: dict[str, int | str] = {
        f"column {name}": "somebody's choice, not an outcome: not used as a label"
        for name in checks.choice_columns(table.columns)
    }
    table = _typed(table)
    dropped: dict[str, int] = {}

    def leave_out(reason: str, find: Callable[[pd.DataFrame], pd.Series]) -> None:
        nonlocal table
        rows = find(table)
        dropped[reason] = int(rows.sum())
        table = table[~rows].reset_index(drop=True)

    leave_out("no text", lambda t: t["text"] == "")
    leave_out("zero impressions", lambda t: t["impressions"] == 0)
    leave_out("randomisation fault", in_fault_window)
    leave_out("row repeated", checks.repeated)
    before = table["test_id"].nunique()
    leave_out("sample-ratio mismatch", checks.mismatched)
    flags["tests with sample-ratio mismatch"] = before - table["test_id"].nunique()
    arms = len(table)
    table = checks.merge(table)
    flags["duplicate arms merged"] = arms - len(table)
    leave_out("one-armed test", checks.alone_in_test)
    leave_out("no other arm with that image", checks.alone_with_image)
    if table.empty:
        hint = (
            "; when tests were split unequally on purpose, say so in a column share"
            if dropped["sample-ratio mismatch"]
            else ""
        )
        raise BadArms(f"no two arms of a test are left to compare; left out: {dropped}{hint}")
    if "cluster" not in table.columns:
        table["cluster"] = clusters_of(table)
        flags["clusters computed"] = int(table["cluster"].nunique())
    if "fold" not in table.columns:
        table["fold"] = [fold_of(str(c)) for c in table["cluster"]]
    elif (table.groupby("cluster")["fold"].nunique() > 1).any():
        folds = table.groupby("cluster")["fold"].nunique()
        raise BadArms(
            f"the split would leak: {int((folds > 1).sum())} clusters lie in more than one fold, such as "
            f"{folds.idxmax()!r}; draw folds by cluster, or leave the column fold out"
        )
    return Arms(table, dropped, flags)


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """The table under our column names. Raises BadArms when a required one is missing."""
    names: dict[str, str] = {}
    for old, new in ALIASES.items():
        if old in table.columns and new not in table.columns and new not in names.values():
            names[old] = new
    table = table.rename(columns=names)
    if "text" not in table.columns and "title" in table.columns:
        bodies = table["body"] if "body" in table.columns else pd.Series("", index=table.index)
        halves = zip(table["title"].fillna("").astype(str), bodies.fillna("").astype(str), strict=True)
        table = table.assign(text=[render_copy(title, body) for title, body in halves])
    missing = [c for c in REQUIRED if c not in table.columns]
    choices = checks.choice_columns(table.columns)
    if "clicks" in missing and choices:
        raise BadArms(
            f"no column clicks, and {', '.join(choices)} cannot stand in for it: it holds somebody's choice, not how"
            " often a copy was clicked. Bring the clicks and impressions of every arm"
        )
    if missing:
        called = ", ".join(
            f"{c} ({', '.join(o for o, n in ALIASES.items() if n == c) or 'no other name'})" for c in missing
        )
        raise BadArms(f"no column {called}; there are: {', '.join(map(str, table.columns))}")
    return table


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    table = table.reset_index(drop=True).copy()
    for column in ("impressions", "clicks"):
        table[column] = _integers(table, column)
        _refuse(table, table[column] < 0, f"{column} is negative")
    _refuse(table, table["clicks"] > table["impressions"], "clicks exceeds impressions")
    for column in ("test_id", "cluster"):
        if column in table.columns:
            _refuse(table, table[column].isna(), f"{column} is empty")
    if "fold" in table.columns:
        table["fold"] = _integers(table, "fold")
        _refuse(table, ~table["fold"].between(0, FOLDS - 1), f"fold is not 0 to {FOLDS - 1}")
    if "share" in table.columns:
        table["share"] = pd.to_numeric(table["share"], errors="coerce").astype("float64")
        _refuse(table, ~table["share"].between(0, float("inf"), inclusive="neither"), "share is no number above 0")
    table["test_id"] = _names(table["test_id"])
    table["text"] = table["text"].fillna("").astype(str).str.split().str.join(" ")
    table["image_id"] = _names(table["image_id"]).fillna("") if "image_id" in table.columns else ""
    return table


def _names(ids: pd.Series) -> pd.Series:
    """Ids as text; a whole number that a gap in its column made a float is written as it was meant."""
    if pd.api.types.is_float_dtype(ids) and (ids.dropna() % 1 == 0).all():
        ids = ids.astype("Int64")
    return ids.astype("string").astype(object)


def _integers(table: pd.DataFrame, column: str) -> pd.Series:
    numbers = pd.to_numeric(table[column], errors="coerce")
    _refuse(table, numbers.isna() | (numbers % 1 != 0), f"{column} holds something that is no whole number")
    return numbers.astype("int64")


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


def fold_of(cluster: str) -> int:
    """0 to 9, the same for the same cluster on every machine."""
    return int.from_bytes(hashlib.sha256(cluster.encode()).digest()[:4], "big") % FOLDS
