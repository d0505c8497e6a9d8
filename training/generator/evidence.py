"""How much each copy of an archive did better than the copies it was tested against, as a weight.

With m the click rate of a test's arms that showed one image, and d = (an arm's rate - the rate of the rest) / m, the
model is normal-normal: true lifts are N(0, T^2) over the archive, d is N(lift, s^2) with
s^2 = (1 - m) / m (1 / impressions + 1 / impressions of the rest).
B = T^2 / (T^2 + s^2) shrinks d towards its test's mean, and with z = d / s
P(lift > 0) = Phi(B d / sqrt(B s^2)) = Phi(sqrt(B) z).
The weight is twice that probability: 1 without evidence.
T^2 = mean(d^2 - s^2) over arms of the training folds (method of moments; DerSimonian and Laird, 1986).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.special import ndtr

from training import arms
from training.clusters import clusters_of

FORMULA: Final = "2 Phi(sqrt(T^2 / (T^2 + s^2)) z)"
WORSE: Final = 0.2  # a copy below this weight did better than its test with less than one chance in ten


def copies(path: Path, held_out: Sequence[int]) -> tuple[pd.DataFrame, dict[str, Any]]:
    """[copies] test_id, text, context, excerpt, cluster, fold, weight, worse; and what to say of the evidence.

    Arms that cannot be compared (weeks of faulty randomisation, no other arm with their image) are copies that an
    editor wrote all the same: they come with a weight of 1. A copy shown with several images has their mean.
    Raises BadArms.
    """
    table = _every(path)
    log = arms.clean(table)
    weighed, spread = _weighed(log.table, held_out)
    columns = ["test_id", "text", "image_id"]
    table = table.merge(weighed[[*columns, "weight"]].drop_duplicates(columns), on=columns, how="left")
    table["weight"] = table["weight"].astype("float64")
    grouped = table.groupby(["test_id", "text"], sort=False)
    found = grouped[["context", "excerpt", "cluster", "fold"]].first().assign(weight=grouped["weight"].mean())
    compared = found["weight"].notna()
    found["weight"] = found["weight"].fillna(1.0)
    found["worse"] = found["weight"] < WORSE
    said = {
        "arms": len(table),
        "copies": len(found),
        "copies with evidence": int(compared.sum()),
        "formula": FORMULA,
        "T": round(spread, 4),
        "left out of the comparison": log.dropped,
        "flags": log.flags,
    }
    return found.reset_index(), said


def _every(path: Path) -> pd.DataFrame:
    """All arms with a text, whether they can be compared or not, in clusters. Raises BadArms."""
    arms.read(path)  # says what is wrong with the file
    table = pd.read_parquet(path) if path.suffix.lower() in {".parquet", ".pq"} else pd.read_csv(path, low_memory=False)
    for old, new in arms.ALIASES.items():
        if old in table.columns and new not in table.columns:
            table = table.rename(columns={old: new})
    for column in ("image_id", "context", "excerpt"):
        table[column] = table[column].fillna("").astype(str) if column in table.columns else ""
    table["test_id"] = table["test_id"].astype(str)
    table["text"] = table["text"].fillna("").astype(str).str.split().str.join(" ")
    table = table[table["text"] != ""].reset_index(drop=True)
    if "cluster" not in table.columns:  # over all arms: those without evidence must not cross the line either
        table["cluster"] = clusters_of(table)
    if "fold" not in table.columns:
        table["fold"] = [arms.fold_of(str(cluster)) for cluster in table["cluster"]]
    return table


def _weighed(table: pd.DataFrame, held_out: Sequence[int]) -> tuple[pd.DataFrame, float]:
    """The arms with their weight, and T."""
    sums = table.groupby(["test_id", "image_id"])[["clicks", "impressions"]].transform("sum")
    clicks, shown = (table[name].to_numpy(np.float64) for name in ("clicks", "impressions"))
    all_clicks, all_shown = (sums[name].to_numpy(np.float64) for name in ("clicks", "impressions"))
    rest = all_shown - shown
    mean = all_clicks / all_shown
    usable = (mean > 0) & (mean < 1) & (rest > 0)
    mean, rest = np.where(usable, mean, 0.5), np.where(usable, rest, 1.0)
    lift = (clicks / shown - (all_clicks - clicks) / rest) / mean
    noise = (1 - mean) / mean * (1 / shown + 1 / rest)
    training = usable & ~table["fold"].isin(held_out).to_numpy()
    variance = max(0.0, float((lift**2 - noise)[training].mean())) if training.any() else 0.0
    belief = ndtr(np.sqrt(variance / (variance + noise)) * lift / np.sqrt(noise))
    return table.assign(weight=np.where(usable, 2 * belief, 1.0)), variance**0.5
