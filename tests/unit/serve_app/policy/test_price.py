# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""The price rule: money, discounts and "free" come from the item's prices, in their currency."""

from __future__ import annotations

import pytest

from deployments.types import Item
from tests.unit.serve_app.policy.judge import findings

TRUE = [
    ("en", "Desk £120 + VAT", "Desk: £120 plus VAT"),
    ("es", "Mesa 120 € + IVA", "Mesa: 120 €+IVA"),
    ("en", "The scheme will cost £1.3bn", "A £1,300m bill"),
    ("en", "It raised $5 million", "$5m in the bank"),
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
    ("es", "Bicicleta: 2.500.000 COP", "Por dos millones y medio de pesos"),
    ("zh-TW", "陶鍋原價 1,280 元，特價 896 元", "省下 384 元"),
    ("zh", "外套4,990元", "五千元有找"),
    ("en", "RQ41 misses us. The Brickfield Four stay", "RQ41 won't hit us. The Brickfield Four won't replace him"),
    ("en", "Plumber: £90", "3 mistakes, one £90 bill"),
    ("en", "₱39 lip tint", "Can one ₱39 tint do it?"),
    ("en", "From €42 to €45.50 a month", "€3.50 more a month"),
    ("en", "$18,240 raised of $20,000", "$1,760 short"),
    ("en", "Toast $1.20 instead of $1.60", "It cuts 40 cents"),
    ("en", "£17 a month", "£204 a year"),
    ("en", "Play free this weekend", "3 parks, $0"),
    ("en", "Fee waived", "He costs nothing"),
    ("en", "A man and a cat", "An umbrella for two, in theory"),
    ("es", "296 pesos en la cuenta", "296 pesos y media tlayuda"),
    ("es", "Sube de 40 € a 45 €", "Cinco euros más"),
    ("pt", "De R$ 10 por R$ 7", "Três reais a menos"),
    ("ru", "Было 300 рублей, стало 350 рублей", "На 50 рублей дороже"),
    ("ar", "السعر 100 ريال بدلا من 130 ريالا", "أرخص بثلاثين ريالا"),
    ("hi", "₹100 की जगह ₹80", "बीस रुपये कम"),
    ("ja", "1,200円が1,000円", "200円お得"),
    ("zh", "去年1.4元，今年0.6元", "去年1.4元一斤，每斤少了0.8元"),
]
FALSE = [
    ("ru", "Вход 1 500 ₽", "Вход всего за косарь", "за косарь"),
    ("ru", "Вход 1 500 ₽", "Вход всего пять косарей", "пять косарей"),
    ("en", "The scheme will cost £1.3bn", "A £1,400m bill", "£1,400m"),
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
    ("en", "From €42 to €45.50 a month", "€4.50 more a month", "€4.50"),
    ("en", "Tickets 41,000 won", "Tickets 42,000 won", "42,000 won"),
    ("en", "Lamps $10, $20, $30 and $95. Chairs $41", "A lamp for $31", "$31"),
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


@pytest.mark.parametrize(
    ("locale", "item", "right", "wrong"),
    [
        ("en", "£12,480 raised, a third of it at the raffle", "The raffle brought £4,160", "The raffle brought £4,600"),
        ("es", "12.480 euros; un tercio exacto de lo recaudado es de la tómbola", "4160 euros", "4600 euros"),
        ("pt", "Juntaram 9000 euros, e um quarto do total veio da rifa", "2250 euros da rifa", "2500 euros da rifa"),
        ("ru", "Собрали 9 000 рублей, треть от суммы принесла лотерея", "3 000 рублей", "3 500 рублей"),
        ("ja", "売上は9,000円、3割は募金", "2,700円を寄付", "2,500円を寄付"),
        ("zh", "筹得9000元，其中三分之一来自抽奖", "抽奖3000元", "抽奖3500元"),
    ],
)
def test_what_a_share_comes_to_is_left_to_a_person(locale: str, item: str, right: str, wrong: str) -> None:
    assert found(item, right, locale) == []
    assert len(found(item, wrong, locale)) == 1


@pytest.mark.parametrize(
    ("locale", "currency", "body"),
    [
        ("ar", "EGP", "كانت بـ١٩٩٩٫٥ جنيه، يعني توفّر خمسمائة جنيه"),
        ("en", "GBP", "£1999.50 before, so you keep five hundred pounds"),
        ("es", "EUR", "Antes 1999,5 €: quinientos euros menos"),
        ("pt", "BRL", "Antes R$ 1999,50: quinhentos reais a menos"),
        ("ru", "RUB", "Было 1999,5 ₽: на пятьсот рублей дешевле"),
        ("hi", "INR", "पहले ₹1999.5, अब पाँच सौ रुपये की बचत"),
        ("zh", "CNY", "原价1999.5元，省下五百元"),
    ],
)
def test_the_difference_of_two_prices_of_the_metadata_is_no_other_price(locale: str, currency: str, body: str) -> None:
    metadata = {"price": "1499.5", "old_price": "1999.5", "currency": currency}
    item = Item(title="Sale", locale=locale, metadata=metadata)
    found = findings(body=body, item=item)
    assert not [f for f in found if f.rule == "grounding.price" and f.severity.rejects]
