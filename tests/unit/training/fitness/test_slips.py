"""Slips: all words are the item's, the sentence is wrong."""

from __future__ import annotations

import numpy as np

from deployments.types import Copy
from training.fitness import slips

COPY = Copy(title="She met Ada Byrne in Oxley", body="The ferry and the bakery open again on 4 June.")
FACTS = "The ferry opens on 4 June after nine weeks. The choir of Oxley sings in the town hall, and entry is free."


def test_a_pronoun_becomes_another() -> None:
    slipped = slips.pronoun(COPY, np.random.default_rng(0))
    assert slipped is not None
    assert (slipped.title, slipped.body) == ("He met Ada Byrne in Oxley", COPY.body)
    assert slips.pronoun(Copy(title="Bread"), np.random.default_rng(0)) is None


def test_a_small_word_is_lost_or_another() -> None:
    slipped = slips.small_word(COPY, np.random.default_rng(0))
    assert slipped is not None
    before, after = (f"{c.title} {c.body}".split() for c in (COPY, slipped))
    assert before != after
    assert len(before) - len(after) in (0, 1)


def test_two_words_of_a_kind_change_places() -> None:
    slipped = slips.turned(COPY, np.random.default_rng(1))
    assert slipped is not None
    assert slipped != COPY
    assert sorted(f"{slipped.title} {slipped.body}".split()) == sorted(f"{COPY.title} {COPY.body}".split())


def test_facts_are_spliced_or_scrapped_and_short_facts_decline() -> None:
    draw = np.random.default_rng(2)
    spliced, scrap = slips.spliced(COPY, FACTS, draw), slips.scrap(COPY, FACTS, draw)
    assert spliced is not None
    assert scrap is not None
    facts = {word.strip(".,").lower() for word in FACTS.split()}
    assert {word.strip(".,").lower() for word in scrap.title.split()} <= facts
    assert slips.spliced(COPY, "One short sentence.", draw) is None
    assert slips.scrap(COPY, "Too short", draw) is None
