"""The tests that a model was trained on, so that it is not measured on them by accident.

`train` writes a fingerprint of each test that taught the heads; `eval` leaves these tests out, and
every test that shares a cluster with one of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pandas as pd

FILE: Final = "seen_tests.txt"


def fingerprint(test_id: str) -> str:
    """40 bits: of 10,000 tests, a false match is less likely than 1 in 10,000."""
    return hashlib.sha256(test_id.encode()).hexdigest()[:10]


def write(folder: Path, test_ids: Iterable[str]) -> None:
    lines = sorted({fingerprint(test) for test in test_ids})
    (folder / FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")


def unseen(table: pd.DataFrame, folder: Path) -> pd.Series:
    """[arms] bool: arms of clusters that the model in `folder` knows nothing of; all of them when it left no list."""
    path = folder / FILE
    if not path.exists():
        return pd.Series(True, index=table.index)
    fingerprints = set(path.read_text(encoding="utf-8").split())
    seen = table["test_id"].map(fingerprint).isin(fingerprints)
    return ~table["cluster"].isin(set(table.loc[seen, "cluster"]))
