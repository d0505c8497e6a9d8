# ruff: noqa: RUF001 - the letters of other scripts are meant
"""Numbers in words, in the grammar of each language."""

from __future__ import annotations

import pytest

from serve_app.policy.amounts.numerals import numeral
from tests.unit.serve_app.policy.amounts.read import tokens


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "two million three hundred and five thousand", 2_305_000),
        ("en", "sixteen hundred", 1_600),
        ("en", "half a dozen", 6),
        ("en", "two and a half thousand", 2_500),
        ("ar", "مليونان ونصف المليون", 2_500_000),
        ("ar", "مليونان ونصف", 2_500_000),
        ("ar", "ألفان ونصف", 2_500),
        ("es", "dos millones y medio", 2_500_000),
        ("pt", "dois milhões e meio", 2_500_000),
        ("ru", "два с половиной миллиона", 2_500_000),
        ("hi", "ढाई करोड़", 25_000_000),
        ("zh", "两百五十万", 2_500_000),
        ("ja", "二百五十万", 2_500_000),
        ("en", "quarter of a million", 250_000),
        ("en", "forty-third", 43),
        ("es", "dos mil millones", 2e9),
        ("es", "tres millones y medio", 3.5e6),
        ("es", "mil novecientos ochenta y cuatro", 1984),
        ("pt", "duas mil e quinhentas", 2_500),
        ("ru", "две с половиной тысячи", 2_500),
        ("ru", "сто двадцать первый", 121),
        ("ru", "полтора миллиона", 1.5e6),
        ("ar", "خمسة وعشرون", 25),
        ("ar", "مليون ونصف مليون", 1.5e6),
        ("ar", "ألفين وأربعمئة", 2_400),
        ("ar", "الثالث والأربعين", 43),
        ("hi", "साढ़े तीन लाख", 350_000),
        ("hi", "सवा सौ", 125),
        ("hi", "पौने दो करोड़", 17_500_000),
        ("zh", "三千零五", 3_005),
        ("zh", "一亿两千万", 120_000_000),
        ("zh", "二〇二五", 2_025),
        ("ja", "1万2,800", 12_800),
        ("ja", "一億三千万", 130_000_000),
        ("de", "zweihundert", 200),
        ("fr", "quatre-vingt-dix-sept", 97),
    ],
)
def test_a_number_in_words_has_its_value(language: str, text: str, value: float) -> None:
    read = tokens(text, language)
    found = numeral(read, 0)
    assert found is not None
    assert value in found.values
    assert found.end == len(read)


def test_the_second_of_two_numbers_is_its_own() -> None:
    found = numeral(tokens("twelve fifteen"), 0)
    assert found is not None
    assert (found.values, found.end) == ((12.0,), 1)
