"""Stories to write for, from an A/B archive: each as an item that serving could get, beside the copies it had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from deployments.types import Item
from training.arms import FOLDS, BadArms
from training.generator import evidence
from training.generator.answers import plain
from training.generator.items import item_of, names_of, readable, tells, told_of
from training.seen import fingerprint


@dataclass(frozen=True)
class Story:
    """`arms`: copies that the archive tested for this story, sorted, less one that is the item's title."""

    cluster: str
    fold: int
    item: Item
    arms: tuple[str, ...]


def stories(
    arms: Path, folds: Sequence[int], limit: int | None = None, seed: int = 0, titled: bool = True
) -> list[Story]:
    """One story a cluster of `folds`, its facts cleaned as those of the examples; without those that tell too little.

    titled: one of the story's copies, drawn, is the item's title, as a served item has one that an editor wrote. Else
    the facts are lede and excerpt alone, which often say nothing of what the copies are about.

    In an order that depends on the seed and each cluster's name alone: the first `limit` are a random sample, and more
    of them begin with the same ones. Of several tests of a story one is drawn. Raises BadArms, also when none is left.
    """
    table, _ = evidence.copies(arms, folds)
    table, unsaid = readable(table)
    known = names_of(table)
    groups = {str(cluster): group for cluster, group in table[table["fold"].isin(folds)].groupby("cluster")}
    found: list[Story] = []
    for cluster in sorted(groups, key=lambda name: fingerprint(f"{seed}\0{name}")):
        if limit is not None and len(found) >= limit:
            break
        rows = groups[cluster].to_dict("records")
        for row in sorted(rows, key=lambda row: fingerprint(f"{seed}\0{row['test_id']}\0{row['text']}")):
            draw = np.random.default_rng([seed, *fingerprint(row["test_id"]).encode()])
            texts = sorted({r["text"] for r in rows})
            _, item = item_of(row["context"], row["excerpt"], unsaid[row["cluster"]], draw)
            if titled and len(texts) > 1:
                title = texts.pop(draw.integers(len(texts)))
                item = Item(title=known.as_prose(plain(title)), description=told_of(row, unsaid[row["cluster"]]))
            if tells(item):
                found.append(Story(cluster=cluster, fold=int(row["fold"]), item=item, arms=tuple(texts)))
                break
    if not found:
        raise BadArms(f"no story of folds {', '.join(map(str, folds))} has facts to write from")
    return found


def folds_of(text: str) -> tuple[int, ...]:
    """The folds of an option such as "2,3". Raises BadArms."""
    folds = tuple(int(part) if part.strip().isdigit() else -1 for part in text.split(",") if part.strip())
    if not folds or not all(0 <= fold < FOLDS for fold in folds):
        raise BadArms(f"--test-folds {text!r}: want numbers from 0 to {FOLDS - 1}, such as 2,3")
    return folds
