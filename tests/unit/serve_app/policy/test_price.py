# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""The price rule: money, discounts and "free" come from the item's prices, in their currency."""

from __future__ import annotations

import pytest

from deployments.types import Item
from tests.unit.serve_app.policy.judge import findings

TRUE = [
    ("en", "Was $34.50, now $19.99", "Save $14.51: it is under $20"),
    ("en", "Was $40, now $30", "25% off, only thirty dollars"),
    ("en", "€1,250 a year", "1.250 EUR for a year"),
    ("en", "£5 entry", "A fiver? Five pounds gets you in"),
    ("en", "Free entry", "Come in, it is free of charge"),
    ("en", "Feel the wind", "Feel free, hands-free"),
    ("es", "Cuesta 5 € la entrada gratis no", "Por menos de seis euros"),
    ("pt", "De R$ 100 por R$ 50", "Metade do preço: cinquenta reais"),
    ("ru", "1 500 ₽ вместо 3 000 ₽", "Полторы тысячи рублей: скидка 50%"),
    ("ar", "السعر 100 ريال بدلا من 200 ريال", "بنصف السعر: مئة ريال"),
    ("hi", "₹2,00,000 की कार", "दो लाख रुपये की कार"),
    ("ja", "1,980円", "二千円以下、1980円です"),
    ("zh", "原价200元，现价150元", "七五折，只要一百五十块"),
    ("zh", "五折出售", "半价出售"),
]
FALSE = [
    ("en", "$20 for a lamp", "Only £20 for a lamp", "£20"),
    ("en", "12 lamps at $20", "Lamps at $12", "$12"),
    ("en", "$20.50 for a lamp", "A lamp for less than $20", "less than $20"),
    ("en", "20% off lamps", "Half price lamps", "Half price"),
    ("en", "Lamps $30", "Lamps free of charge", "free of charge"),
    ("es", "El libro cuesta 15 €", "El libro, gratis", "gratis"),
    ("pt", "Livro por R$ 15", "Livro por quinze dólares", "quinze dólares"),
    ("ru", "Книга за 300 рублей", "Книга за двести рублей", "двести рублей"),
    ("ar", "الكتاب بـ 30 جنيها", "الكتاب بثلاثة جنيهات", "بثلاثة جنيهات"),
    ("hi", "किताब ₹300", "किताब तीन हज़ार रुपये", "तीन हज़ार रुपये"),
    ("ja", "本は1,200円", "本が三百円", "三百円"),
    ("zh", "八折", "两折出售", "两折"),
]


def found(item: str, copy: str, locale: str) -> list[str]:
    return [
        one.text
        for one in findings(body=copy, item=Item(title=item, locale=locale), caption="")
        if one.rule == "grounding.price" and one.severity.rejects
    ]


@pytest.mark.parametrize(("locale", "item", "copy"), TRUE)
def test_a_price_of_the_item_passes(locale: str, item: str, copy: str) -> None:
    assert found(item, copy, locale) == []


@pytest.mark.parametrize(("locale", "item", "copy", "text"), FALSE)
def test_another_price_is_named(locale: str, item: str, copy: str, text: str) -> None:
    assert found(item, copy, locale) == [text]
