"""Caption contests as a second domain: many texts for one image, each with the votes of its readers.

Reads the columns of nextml/caption-contest-data-api (CC BY 4.0): contest, round, sampling, caption, count, funny,
somewhat_funny. Only rows of an unbiased `sampling` are read: a bandit shows a caption the oftener the better it does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from training.arms import Arms, BadArms, clean
from training.pairs import Pairs

COLUMNS: Final = ("contest", "round", "sampling", "caption", "count", "funny", "somewhat_funny")
UNBIASED: Final = ("Random", "RandomSamping", "RandomSampling", "RoundRobin")  # the second is the data's own spelling
# A contest of hundreds of captions has a hundred thousand pairs, and no more evidence than its captions bring.
PAIRS_OF_A_CAPTION: Final = 6


def read(path: Path) -> Arms:
    """Captions as arms: shown `count` times, "clicked" when found funny at all. Raises BadArms."""
    try:
        table = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    except (ValueError, OSError) as error:
        raise BadArms(f"{path.name!r} cannot be read: {error}") from None
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing:
        raise BadArms(f"{path.name!r} has no column {', '.join(missing)}: want caption contests")
    table = table[table["sampling"].isin(UNBIASED)]
    test = table["contest"].astype(str) + " " + table["round"].astype(str) + " " + table["sampling"]
    return clean(
        pd.DataFrame(
            {
                "test_id": test,
                "text": table["caption"].astype(str),
                "impressions": table["count"],
                "clicks": table["funny"] + table["somewhat_funny"],
                "share": table["count"],  # how often each is shown is no outcome here
                "cluster": table["contest"].astype(str),
            }
        )
    )


def sampled(pairs: Pairs, seed: int) -> Pairs:
    """About PAIRS_OF_A_CAPTION pairs a text, drawn at random in each test."""
    _, test, pairs_of = np.unique(pairs.test, return_inverse=True, return_counts=True)
    # k(k - 1) / 2 pairs of k texts
    texts_of = (1 + np.sqrt(1 + 8 * pairs_of)) / 2
    chance = np.minimum(1.0, PAIRS_OF_A_CAPTION * texts_of / pairs_of)
    return pairs.where(np.random.default_rng(seed).random(len(pairs)) < chance[test])
