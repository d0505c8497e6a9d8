"""Checks of a log of A/B tests: columns that are not outcomes, and arms that cannot be compared."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

# The archive's maintainers: `winner` and `first_place` are what its editors chose, `significance` is no statistical
# significance. The rest are the names that other logs give to the same thing.
CHOICES: Final = (
    "winner", "is_winner", "first_place", "significance", "chosen", "selected", "preferred", "label",
)  # fmt: skip
# One fair test in 2,000 is flagged. In the archive's sound weeks 0.3% of the tests fail at this level (0.05% would
# by chance), in its weeks of faulty randomisation 63%: the level needs no second rule to spare the sound ones.
MISMATCH_P: Final = 0.0005
# Beyond about 100,000 impressions per arm the chi-square also finds differences too small to move a click rate:
# rounding, or one arm that went live a second later. Of the sound weeks' mismatches none is smaller than 3%.
MISMATCH_DEVIATION: Final = 0.01
_KEY: Final = ["test_id", "image_id", "text"]
_ROW: Final = [*_KEY, "impressions", "clicks"]


def choice_columns(columns: pd.Index) -> list[str]:
    """Columns that hold somebody's choice; they are named to the caller and never used as labels."""
    return [str(column) for column in columns if str(column).strip().lower() in CHOICES]


def repeated(table: pd.DataFrame) -> pd.Series:
    """[arms] bool: the same copy with the same counts again, as a join that went wrong leaves it."""
    return table.duplicated(_ROW)


def mismatched(table: pd.DataFrame) -> pd.Series:
    """[arms] bool: arms of tests whose impressions are not split as planned (sample-ratio mismatch).

    Pearson's chi-square against the column `share` (any unit) where there is one, else against equal shares.
    """
    tests = table["test_id"]
    planned = table["share"] if "share" in table.columns else pd.Series(1.0, index=table.index)
    total = table["impressions"].groupby(tests).transform("sum")
    expected = total * planned / planned.groupby(tests).transform("sum")
    deviation = (table["impressions"] - expected).abs()
    square = (deviation**2 / expected).groupby(tests).transform("sum")
    p = stats.chi2.sf(square, np.maximum(tests.groupby(tests).transform("size") - 1, 1))
    return (p < MISMATCH_P) & ((deviation / expected).groupby(tests).transform("max") > MISMATCH_DEVIATION)


def merge(table: pd.DataFrame) -> pd.DataFrame:
    """Arms of one test with the same copy and image become one: twice shown is twice the evidence."""
    sums = table.groupby(_KEY)[["impressions", "clicks"]].transform("sum")
    return table.assign(impressions=sums["impressions"], clicks=sums["clicks"])[~table.duplicated(_KEY)].reset_index(
        drop=True
    )


def alone_in_test(table: pd.DataFrame) -> pd.Series:
    """[arms] bool: the only copy of its test."""
    return table.groupby("test_id")["text"].transform("size") < 2


def alone_with_image(table: pd.DataFrame) -> pd.Series:
    """[arms] bool: its test has other copies, but none that was shown with the same image."""
    return table.groupby(["test_id", "image_id"])["text"].transform("size") < 2
