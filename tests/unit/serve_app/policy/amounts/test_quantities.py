"""Numbers with all that belongs to them."""

from __future__ import annotations

import pytest

from serve_app.policy.amounts.claims import Free, Number, Ratio
from tests.unit.serve_app.policy.amounts.read import claimed, readings


@pytest.mark.parametrize(
    ("language", "text"),
    [("zh", "三四个朋友"), ("zh", "一起来"), ("zh", "四川三明治"), ("en", "no one but one"), ("es", "uno y una")],
)
def test_what_is_no_certain_number_is_no_claim(language: str, text: str) -> None:
    assert claimed(text, language) == []


@pytest.mark.parametrize(
    ("language", "text", "reading"),
    [
        ("ja", "半年", Number(0.5, "", "year")),
        ("es", "año y medio", Number(1.5, "", "year")),
        ("en", "thousands of fans", Number(2000.0, rough=True)),
        ("ru", "за полцены", Ratio(50.0, off=True)),
        ("pt", "de graça", Free()),
        ("en", "Rocky IV", Number(4.0)),
        ("zh", "第三届", Number(3.0)),
    ],
)
def test_a_word_may_be_a_quantity_by_itself(language: str, text: str, reading: object) -> None:
    assert readings(text, language) == [reading]


def test_a_price_without_a_currency_is_one_where_the_sentence_sells() -> None:
    assert [claim.subject for claim in claimed("सिर्फ़ साढ़े सात सौ में", "hi")] == ["price"]
    assert [claim.subject for claim in claimed("साढ़े सात सौ लोग", "hi")] == ["number"]
