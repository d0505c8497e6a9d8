"""Turns class probabilities into a few tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Label(NamedTuple):
    """A class of the tagger: its WordNet names, and the everyday word for it where there is one."""

    names: tuple[str, ...]
    kind: str = ""


class Tag(NamedTuple):
    """One object that may be in a picture. `finer`: likely classes within it, when the name is a broader word."""

    name: str
    probability: float
    finer: tuple[str, ...] = ()


# A class below this adds its share to a broader word but is not worth naming.
_WORTH_NAMING = 0.1


def merge(images: NDArray[np.float32], frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """Merge the rows of images (n, classes) and frames (m, classes) into one, (classes,).

    Frames show one scene, so they are averaged, which drops errors of a single frame. Images may show different things,
    so each class gets its maximum.
    """
    rows = [*images]
    if len(frames):
        rows.append(frames.mean(axis=0))
    merged: NDArray[np.float32] = np.max(np.stack(rows), axis=0)
    return merged


def pick(
    probabilities: NDArray[np.float32], labels: Sequence[Label], min_probability: float, max_tags: int
) -> tuple[Tag, ...]:
    """Return the tags of at least `min_probability`, the most likely first. Classes that share a word are one tag.

    For example, a tabby, a tiger cat and an Egyptian cat at a third each make one certain tag, a cat.
    """
    groups: dict[str, list[int]] = {}
    for number in np.argsort(-probabilities)[: 4 * max_tags + 8]:
        label = labels[int(number)]
        groups.setdefault(label.kind or _head(label.names, groups), []).append(int(number))
    tags = []
    for word, members in groups.items():
        total = min(float(probabilities[members].sum()), 1.0)
        if total < min_probability:
            continue
        named = [labels[m].names for m in members if probabilities[m] >= _WORTH_NAMING]
        finer = dict.fromkeys(names[0] for names in named if word not in names)
        if len(members) == 1 and not labels[members[0]].kind:
            tags.append(Tag(labels[members[0]].names[0], total))
        else:
            tags.append(Tag(word, total, tuple(finer)))
    return tuple(sorted(tags, key=lambda tag: -tag.probability)[:max_tags])


def _head(names: tuple[str, ...], groups: dict[str, list[int]]) -> str:
    """Return the noun of a class by its last word, `missile` for `projectile, missile`; one in `groups` if any is."""
    heads = [name.split()[-1] for name in names]
    return next((head for head in heads if head in groups), heads[0])
