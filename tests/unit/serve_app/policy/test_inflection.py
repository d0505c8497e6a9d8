"""Plain inflections."""

from __future__ import annotations

import pytest

from serve_app.policy.inflection import forms, without_article


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("кредит", "кредитом"),
        ("ставка", "ставок"),
        ("бесплатный", "бесплатно"),
        ("выиграть", "выиграл"),
        ("gratuito", "gratuitas"),
        ("promoção", "promoções"),
        ("lottery", "lotteries"),
        ("bingo", "bingão"),
        ("सट्टा", "सट्टे"),
        ("जुआ", "जुए"),
        ("مراهنه", "مراهنات"),
        ("무료", "무료로"),
    ],
)
def test_a_word_has_its_inflections(word: str, form: str) -> None:
    assert form in forms(word)


@pytest.mark.parametrize(
    ("word", "other"),
    [("мат", "мать"), ("рак", "ракета"), ("сука", "сок"), ("mango", "manga"), ("जल", "जलेबी"), ("ucuz", "ucuza")],
)
def test_another_word_is_none(word: str, other: str) -> None:
    assert other not in forms(word)


def test_arabic_prefixes() -> None:
    assert "قمار" in set(without_article("والقمار"))
    assert "قمار" in set(without_article("للقمار"))
    assert set(without_article("برهان")) == set()
    assert set(without_article("فكره")) == set()
