"""What stands beside a number."""

from __future__ import annotations

from serve_app.policy.amounts.beside import after_bound, before, half_after, off_after
from tests.unit.serve_app.policy.amounts.read import tokens


def test_a_rounding_word_is_found_past_a_currency_sign() -> None:
    found = before(tokens("menos de R$ 90", "pt"), 2)
    assert (found.start, found.bound, found.currencies) == (0, "under", frozenset({"BRL"}))


def test_words_after_a_number_belong_to_it() -> None:
    assert after_bound(tokens("30 or more"), 1) == ("over", 2)
    assert after_bound(tokens("40+ bands"), 1) == ("over", 2)
    assert after_bound(tokens("UB40 + ABBA"), 1) == ("", 1)
    assert after_bound(tokens("£120+VAT"), 2) == ("", 2)
    assert after_bound(tokens("£120 plus VAT"), 2) == ("", 2)
    assert after_bound(tokens("120 plus guests"), 1) == ("over", 2)
    assert off_after(tokens("30% off"), 2) == (True, 3)
    assert half_after(tokens("hours and a half"), 1) == (0.5, 4)
    assert half_after(tokens("hours and minutes"), 1) == (0.0, 1)
