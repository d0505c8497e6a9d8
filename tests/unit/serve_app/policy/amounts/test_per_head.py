"""Prices per head."""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

import pytest

from deployments.types import Item
from tests.unit.serve_app.policy.judge import findings


def blocked(locale: str, item: str, body: str) -> set[str]:
    found = findings(body=body, item=Item(title=item, locale=locale))
    return {f.rule for f in found if f.severity.rejects}


@pytest.mark.parametrize(
    ("locale", "item", "body"),
    [
        ("zh", "双人套餐98元", "双人套餐,人均98元"),
        ("en", "Dinner for two at $98", "Just $98 per person"),
        ("es", "Menú para dos por 98 €", "98 € por persona"),
        ("pt", "Menu para dois por R$ 98", "R$ 98 por pessoa"),
        ("ru", "Ужин на двоих за 980 ₽", "980 ₽ с человека"),
        ("ja", "ペアディナー9800円", "お一人様9800円"),
        ("hi", "दो लोगों का भोजन ₹980", "₹980 प्रति व्यक्ति"),
        ("ar", "عشاء لشخصين 98 ريالا", "98 ريالا للشخص"),
    ],
)
def test_price_of_all_per_head(locale: str, item: str, body: str) -> None:
    assert "grounding.price" in blocked(locale, item, body)


@pytest.mark.parametrize(
    ("locale", "item", "body"),
    [
        ("zh", "双人套餐98元", "双人套餐,人均49元"),
        ("en", "Dinner for two at $98", "Just $49 per person"),
        ("ru", "Ужин на двоих за 980 ₽", "По 490 ₽ с человека"),
        ("hi", "दो लोगों का भोजन ₹980", "₹490 प्रति व्यक्ति"),
    ],
)
def test_no_price_of_all_per_head(locale: str, item: str, body: str) -> None:
    assert "grounding.price" not in blocked(locale, item, body)
