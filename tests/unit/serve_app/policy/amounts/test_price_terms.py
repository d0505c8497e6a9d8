# ruff: noqa: RUF001 - the letters of other scripts are meant
"""Prices with and without tax and shipping."""

from __future__ import annotations

import time

import pytest

from deployments.types import Item
from serve_app.policy.amounts.price_terms import PriceTerms, shipped
from tests.unit.serve_app.policy.amounts.read import claimed
from tests.unit.serve_app.policy.judge import findings

DENIED = [
    ("ja", "トレー 3,000円(税抜)\n税込3,300円。", "トレーは税込3,000円"),
    ("ja", "トレー 税込3,300円", "トレーは3,300円(税抜)"),
    ("en", "Lamp £30 ex VAT", "A lamp for £30 including VAT"),
    ("en", "Lamp £30, £36 inc VAT", "A lamp for £30, VAT included"),
    ("es", "Lámpara: 30 € más IVA", "Lámpara por 30 € IVA incluido"),
    ("pt", "Candeeiro: 30 € + IVA", "Candeeiro por 30 € com IVA"),
    ("ru", "Лампа 3 000 ₽ без НДС", "Лампа за 3 000 ₽ с НДС"),
    ("ar", "المصباح 300 درهم غير شامل الضريبة", "المصباح بـ300 درهم شامل الضريبة"),
    ("hi", "लैंप ₹300, जीएसटी अतिरिक्त", "लैंप ₹300 जीएसटी सहित"),
    ("zh", "台灯300元（不含税）", "台灯含税300元"),
    ("en", "Lamp £30. Shipping: £4.90", "A lamp for £30, shipping included"),
    ("es", "Cafetera 39,90 €. Gastos de envío: 4,90 €", "Cafetera por 39,90 €, envío incluido"),
    ("pt", "Cafeteira 39,90 €. Portes de envio: 4,90 €.", "Por menos de 40 euros, portes já incluídos"),
    ("ru", "Лампа 3 000 ₽. Доставка 300 ₽", "Лампа за 3 000 ₽, доставка уже включена"),
    ("ar", "المصباح 300 درهم. التوصيل 20 درهم", "المصباح بـ300 درهم شامل التوصيل"),
    ("hi", "लैंप ₹300। डिलीवरी शुल्क ₹40", "लैंप ₹300, डिलीवरी शुल्क सहित"),
    ("ja", "トレー3,300円。送料500円", "トレーは送料込みで3,300円"),
    ("zh", "台灯300元，运费10元", "台灯300元包邮"),
]
TRUE = [
    ("ja", "トレー 3,000円(税抜)\n税込3,300円。", "トレーは税込3,300円"),
    ("ja", "トレー 3,000円", "トレーは税込3,000円"),
    ("en", "Lamp £30 ex VAT, £36 inc VAT", "A lamp for £36 including VAT"),
    ("es", "Lámpara: 30 € más IVA", "Lámpara por 30 € más IVA"),
    ("ru", "Лампа 3 000 ₽ без НДС", "Лампа за 3 000 ₽"),
    ("zh", "台灯300元（不含税）", "台灯300元，不含税"),
    ("ar", "المصباح 300 درهم غير شامل الضريبة", "المصباح بـ300 درهم غير شامل الضريبة"),
    ("en", "Lamp £30. Shipping: £4.90", "£34.90 with shipping: shipping included"),
    ("pt", "Cafeteira 39,90 €. Portes de envio: 4,90 €.", "Por 44,80 euros, portes já incluídos"),
    ("pt", "Cafeteira 39,90 €. Portes: 4,90 €, grátis desde 30 €.", "Por 39,90 euros, portes já incluídos"),
    ("en", "Lamp £30 with delivery. Shade £8", "A lamp for £30, delivery included"),
    ("en", "Lamp £30. Shipping: £4.90", "A lamp for £30, shipping not included"),
    ("hi", "लैंप ₹300। डिलीवरी शुल्क ₹40", "लैंप ₹300, डिलीवरी शामिल नहीं"),
    ("zh", "台灯300元，运费10元", "台灯300元，不含运费"),
]


def blocked(locale: str, item: str, copy: str) -> bool:
    found = findings(body=copy, item=Item(title="X", description=item, locale=locale), caption="")
    return any(one.rule == "grounding.price" and one.severity.rejects for one in found)


@pytest.mark.parametrize(("locale", "item", "copy"), DENIED)
def test_another_tax_or_shipping_is_another_price(locale: str, item: str, copy: str) -> None:
    assert blocked(locale, item, copy)


@pytest.mark.parametrize(("locale", "item", "copy"), TRUE)
def test_the_same_or_none_is_not(locale: str, item: str, copy: str) -> None:
    assert not blocked(locale, item, copy)


@pytest.mark.parametrize("text", ["portes ", "iva ", "£3 shipping ", "送料3円税", "portes já está "])
def test_a_long_text_takes_no_time(text: str) -> None:
    long = (text * 10_000)[:50_000]
    claims = claimed(long)
    start = time.monotonic()
    PriceTerms(long, claims)
    list(shipped(long))
    assert time.monotonic() - start < 2
