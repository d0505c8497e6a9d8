"""Embeddings keep the order of the texts and are computed once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from tests.unit.training.trunk import Trunk
from training.embed import batches, embed

QUIET = Console(quiet=True)


def test_texts_keep_their_order_though_batches_are_by_length() -> None:
    trunk: Any = Trunk()
    embedded = embed(trunk, ["a b c", "a", "a b"], "copies", QUIET)
    assert embedded[:, 0].tolist() == [3, 1, 2]
    assert embed(trunk, [], "copies", QUIET).shape == (0, 2)


def test_a_second_run_takes_its_embeddings_from_the_checkpoints(tmp_path: Path) -> None:
    trunk: Any = Trunk()
    texts = [f"copy {n}" for n in range(2100)]  # two parts
    first = embed(trunk, texts, "copies", QUIET, tmp_path)
    assert trunk.computed == 2100
    assert np.array_equal(embed(trunk, texts, "copies", QUIET, tmp_path), first)
    assert trunk.computed == 2100
    embed(trunk, [*texts[:-1], "another"], "copies", QUIET, tmp_path)
    assert trunk.computed == 2100 + 52


def test_batches_hold_every_row_once_shortest_first() -> None:
    assert list(batches([5, 1, 3, 2], size=3)) == [[1, 3, 2], [0]]
