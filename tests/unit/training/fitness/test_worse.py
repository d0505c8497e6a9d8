"""Copies made worse: each way does what it says, or declines."""

from __future__ import annotations

import numpy as np
import pytest

from deployments.types import Copy
from tests.unit.training.fitness.entries import ENTRIES
from training.fitness.worse import ALIGNED, WAYS, Source, spoiled

GRAVE = ENTRIES[0].model_copy(update={"description": f"Two people died in the flood. {ENTRIES[0].description}"})
COPY = Copy(
    title="Not in May, says Ada Byrne", body="The ferry to Harbury Bay opens on 4 June, she says. Entry is free."
)
SOURCE = Source(GRAVE, COPY, Copy(title="A choir sings on", body="All 40 voices were heard in Oxley Hall."))


@pytest.mark.parametrize("kind", WAYS)
def test_every_way_changes_the_copy_and_leaves_words(kind: str) -> None:
    copies = [spoiled(SOURCE, kind, np.random.default_rng(seed)) for seed in range(30)]
    changed = [copy for copy in copies if copy is not None]
    assert len(changed) > 10
    assert all(copy != COPY and (copy.title or copy.body) for copy in changed)
    again = [spoiled(SOURCE, kind, np.random.default_rng(seed)) for seed in range(30)]
    assert copies == again


@pytest.mark.parametrize("kind", ["wrong_number", "swapped_name", "negation", "joke"])
def test_a_way_that_finds_nothing_to_spoil_declines(kind: str) -> None:
    plain = Source(ENTRIES[0], Copy(title="rain again", body="it rains"), Copy(title="sun", body="it shines"))
    assert spoiled(plain, kind, np.random.default_rng(0)) is None


def test_a_lost_negation_is_gone() -> None:
    worse = spoiled(SOURCE, "negation", np.random.default_rng(0))
    assert worse is not None
    assert worse.title == "in May, says Ada Byrne"


def test_aligned_ways_keep_most_of_the_copy() -> None:
    for kind in ALIGNED:
        worse = spoiled(SOURCE, kind, np.random.default_rng(1))
        assert worse is not None
        shared_words = {*COPY.title.split(), *COPY.body.split()} & {*worse.title.split(), *worse.body.split()}
        assert len(shared_words) >= 8, kind
