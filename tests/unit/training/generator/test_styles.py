"""The style of a copy by its surface, and how agreement with a reader is counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from deployments.router.catalogue import FileCatalogue
from training.generator import styles
from training.generator.build import LABELS


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("The city opens a new library on the harbour", "DIRECT"),
        ("What happened to the lighthouse keeper will stay with you. Watch this", "CURIOSITY"),
        ("Could a garden on a roof cool a whole street?", "QUESTION"),
        ("7 ways to keep bread fresh", "LIST_NUMBER"),
        ("A heartbreaking goodbye that moved the whole school to tears", "EMOTIONAL"),
        ("The funniest prank that a parrot ever played", "HUMOUR"),
        ("It looked like an ordinary barn, but the roof turns out to be a telescope", "SURPRISE_CONTRAST"),
        ("The comet is passing over the city right now", "URGENT_TREND"),
        ("How to sharpen a knife at home", "BENEFIT_HOWTO"),
        ("“I never wanted to leave the island,” the ferryman says", "QUOTE"),
        ("She sold her car and walked home across the mountains", "STORY"),
        ("Thousands of people cross the bridge in our neighbourhood", "SOCIAL_PROOF_LOCAL"),
    ],
)
def test_every_category_is_known_by_its_surface(text: str, category: str) -> None:
    assert styles.style(text) == category
    assert styles.follows(text, category)


@pytest.mark.parametrize("text", ["Wow", "It is that", "You and your things"])
def test_what_neither_states_nor_hooks_has_no_style(text: str) -> None:
    assert styles.style(text) in {"", "CURIOSITY"}
    assert not styles.follows(text, "DIRECT")


def test_a_copy_may_follow_two_categories_and_is_named_after_one() -> None:
    text = "3 ways to bake bread that will move you to tears?"
    assert styles.style(text) == "LIST_NUMBER"
    assert all(styles.follows(text, c) for c in ("LIST_NUMBER", "QUESTION", "BENEFIT_HOWTO", "EMOTIONAL"))
    assert not styles.follows(text, "URGENT_TREND")


def test_the_rules_cover_the_shipped_catalogue() -> None:
    catalogue = FileCatalogue(kind="file").load()
    assert set(styles.CATEGORIES) == {c.category for c in catalogue.categories}


def test_kappa_is_one_for_the_same_labels_and_nothing_for_chance() -> None:
    hand = ["STORY", "STORY", "QUESTION", "QUESTION"]
    same = styles.agreement(hand, hand)
    assert (same["accuracy"], same["kappa"]) == (1.0, 1.0)
    chance = styles.agreement(hand, ["STORY", "QUESTION", "STORY", "QUESTION"])
    assert (chance["accuracy"], chance["kappa"]) == (0.5, 0.0)
    story = chance["categories"]["STORY"]
    assert (story["by_hand"], story["precision"], story["recall"]) == (2, 0.5, 0.5)
    assert chance["categories"]["QUOTE"]["precision"] is None
    assert styles.agreement([], [])["kappa"] is None


def test_labels_by_hand_hold_no_text_and_only_known_categories() -> None:
    header, *lines = Path(LABELS).read_text(encoding="utf-8").splitlines()
    assert header == "test,position,label,read"
    for line in lines:
        test, position, label, read = line.split(",")
        assert len(bytes.fromhex(test)) == 5
        assert int(position) >= 0
        assert label in styles.CATEGORIES
        assert read in {"before the rules", "after the rules"}
