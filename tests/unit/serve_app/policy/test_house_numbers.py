"""House numbers in words."""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

import pytest

from tests.unit.serve_app.policy.judge import ITEM, findings


def blocked(text: str, locale: str) -> set[str]:
    item = ITEM.model_copy(update={"locale": locale})
    return {f.rule for f in findings(body=text, item=item) if f.severity.rejects}


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("ja", "金曜夜7時、杉並区高円寺南四丁目十二番七号へどうぞ。"),
        ("zh", "地址:中山路八十八号"),
        ("pt", "Na casa da Dona Célia: Rua das Acácias, cento e vinte e oito, fundos."),
        ("es", "Ven a la calle Mayor, número quince."),
        ("es", "Calle Alcalá, veintidós, segundo piso."),
        ("ru", "Живёт на улице Ленина, дом пять."),
        ("ru", "Приходите: улица Ленина двенадцать, квартира 4."),
        ("en", "Come to twenty-one Baker Street, London"),
        ("hi", "मकान नंबर बयालीस, गांधी मार्ग"),
        ("ar", "شارع النيل رقم اثني عشر"),
    ],
)
def test_house_number_in_words(locale: str, text: str) -> None:
    assert blocked(text, locale) & {"pii.address"}


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("es", "Calle Alcalá, dos teatros y un café"),
        ("en", "Two Wall Street firms merge"),
        ("ru", "На улице Ленина два новых кафе"),
        ("pt", "Na Rua Augusta, três bares novos"),
        ("ja", "三丁目の夕日、二番目の映画"),
        ("ar", "شارع النيل يستقبل اثني عشر مهرجانا"),
        ("hi", "गांधी मार्ग पर बयालीस दुकानें"),
        ("zh", "南京路三家老店"),
    ],
)
def test_no_house_number_in_words(locale: str, text: str) -> None:
    assert not blocked(text, locale) & {"pii.address"}
