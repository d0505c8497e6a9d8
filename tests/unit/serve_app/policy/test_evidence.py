"""The evidence of an item: its text, and the numbers and dates in it."""

from __future__ import annotations

from deployments.types import MAX_LONG_TEXT, Item
from serve_app.policy.amounts.reader import claims
from serve_app.policy.evidence import LONGEST, Evidence, evidence_of


def holds(evidence: Evidence, text: str) -> bool:
    (claim,) = claims(text, "en")
    return evidence.facts.holds(claim)


def test_amounts_of_the_metadata_are_money_and_percentages_too() -> None:
    evidence = evidence_of(Item(title="12 seats", metadata={"price": "4.50", "floor": "3"}), "")
    assert all(holds(evidence, text) for text in ("12", "4.5", "3", "$4.50", "4,5%"))
    assert not any(holds(evidence, text) for text in ("$12", "$3"))


def test_the_currency_of_the_metadata_is_that_of_its_price() -> None:
    evidence = evidence_of(Item(title="Coffee", metadata={"price": "4.50", "currency": "EUR"}), "")
    assert holds(evidence, "€4.50")
    assert not holds(evidence, "$4.50")


def test_words_and_dates_of_the_text_count() -> None:
    evidence = evidence_of(Item(title="Three bakers", description="Since 2026-03-02"), "One of two")
    assert all(holds(evidence, text) for text in ("3", "2", "Monday", "March 2", "2026"))
    assert not any(holds(evidence, text) for text in ("4", "Tuesday", "March 3"))


def test_a_caption_in_english_grounds_a_copy_in_another_language() -> None:
    evidence = evidence_of(Item(title="Котики", locale="ru"), "Three cats on a sofa")
    (claim,) = claims("Три кота", "ru")
    assert evidence.facts.holds(claim)


def test_the_longest_metadata_leaves_out_nothing_else() -> None:
    long = {f"k{n}": "x " * (MAX_LONG_TEXT // 2) for n in range(64)}
    item = Item(title="5 cups", description="y " * 4_900 + "6 rolls", metadata=long)
    evidence = evidence_of(item, "7 cats")
    assert len(evidence.text) == LONGEST
    assert all(holds(evidence, text) for text in "567")
