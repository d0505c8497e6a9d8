"""The evidence of an item: its text, and the numbers and dates in it."""

from __future__ import annotations

from deployments.types import MAX_LONG_TEXT, Item
from serve_app.policy.evidence import LONGEST, evidence_of


def test_amounts_of_the_metadata_are_money_and_percentages_too() -> None:
    evidence = evidence_of(Item(title="12 seats", metadata={"price": "4.50", "floor": "3"}), "")
    assert {12.0, 4.5, 3.0} <= evidence.numbers["plain"]
    assert 4.5 in evidence.numbers["money"] & evidence.numbers["percent"]
    assert not {12.0, 3.0} & evidence.numbers["money"]


def test_words_and_dates_of_the_text_count() -> None:
    evidence = evidence_of(Item(title="Three bakers", description="Since 2026-03-02"), "One of two")
    assert {3.0, 2.0} <= evidence.numbers["plain"]
    assert evidence.dates == {"monday", "march"}


def test_the_longest_metadata_leaves_out_nothing_else() -> None:
    long = {f"k{n}": "x " * (MAX_LONG_TEXT // 2) for n in range(64)}
    item = Item(title="5 cups", description="y " * 4_900 + "6 rolls", metadata=long)
    evidence = evidence_of(item, "7 cats")
    assert len(evidence.text) == LONGEST
    assert {5.0, 6.0, 7.0} <= evidence.numbers["plain"]
