"""Sums of money and offers by count."""

from __future__ import annotations

import pytest

from serve_app.policy.amounts.claims import Deal, Money
from tests.unit.serve_app.policy.amounts.read import readings


@pytest.mark.parametrize(
    ("language", "text", "value", "code"),
    [
        ("en", "$4.50", 4.5, "USD"),
        ("en", "5 quid", 5, "GBP"),
        ("en", "£40m", 40_000_000, "GBP"),
        ("en", "USD 30", 30, "USD"),
        ("pt", "R$ 500 mil", 500_000, "BRL"),
        ("pt", "meio milhão de reais", 500_000, "BRL"),
        ("ar", "تسعة عشر درهما ونصف", 19.5, "AED"),
        ("zh", "12块5", 12.5, "CNY"),
        ("ja", "1万2,800円", 12_800, "JPY"),
        ("ru", "5 рублей 20 копеек", 5.2, "RUB"),
        ("hi", "₹1,00,000", 100_000, "INR"),
    ],
)
def test_a_sum_has_its_value_and_currency(language: str, text: str, value: float, code: str) -> None:
    (found,) = readings(text, language)
    assert isinstance(found, Money)
    assert found.value == pytest.approx(value)
    assert code in (found.currencies or ())


def test_an_offer_by_count_is_one_claim() -> None:
    assert readings("3x2 en calcetines", "es") == [Deal("3x2")]
