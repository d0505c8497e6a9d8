"""Addresses and handles as they are read out."""

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
        ("es", "Para reservar: marta, arroba, huertalmez, punto, es."),
        ("hi", "ऑर्डर के लिए लिखिए: रसोई डॉट घर ऐट जीमेल डॉट कॉम"),
        ("en", "Write to lena, at, gmail, dot, com"),
        ("en", "Write to lena dot k at gmail dot com"),
        ("pt", "Escreva: ana, arroba, casanova, ponto, com, ponto, br."),
        ("ru", "Пишите: марта собака яндекс точка ру"),
        ("ru", "Пишите: anna, собака, mail, точка, ru"),
        ("ar", "راسلنا: نور آت جيميل دوت كوم"),
        ("ar", "راسلنا: nour آت gmail نقطة كوم"),
        ("ja", "ご予約は marta アットマーク gmail ドット com"),
        ("ja", "ご連絡は、マルタ、アットマーク、ジーメール、ドット、コム"),
        ("zh", "报名发到 laochen 艾特 163 点 com"),
        ("zh", "邮箱:老陈艾特qq点com"),
        ("ru", "Куратор Аня в Телеграме: собака, дальше koshkin, подчёркивание, dom, подчёркивание, spb."),
        ("es", "Escríbele por Telegram: arroba ana guion bajo lopez"),
        ("pt", "Chama no Instagram: arroba bia, underline, costa"),
        ("en", "Find her on Telegram: lena, underscore, kovacs"),
        ("hi", "टेलीग्राम: ऐट ravi अंडरस्कोर kumar"),
        ("ja", "インスタは sakura アンダーバー cafe"),
        ("zh", "加微信:laochen下划线8890"),
        ("ar", "تيليجرام: nour شرطة سفلية shop"),
        ("es", "marta arroba gmail punto com"),
        ("ru", "пишите koshkin собака mail точка ru"),
        ("ru", "Телеграм: собака koshkin_dom"),
        ("ru", "В Телеграме: СОБАКА koshkin_dom"),
        ("pt", "Instagram: Arroba bia, underline, costa"),
        ("hi", "टेलीग्राम: आट ravi अंडरस्कोर kumar"),
        ("en", "Telegram, at sign lena_kovacs"),
        ("ja", "marta アットマーク gmail ドット com"),
        ("ar", "nour آت gmail نقطة كوم"),
    ],
)
def test_address_in_words(locale: str, text: str) -> None:
    assert blocked(text, locale) & {"pii.email", "pii.handle", "pii.link"}


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "Telegram results underscore growth this year"),
        ("en", "The numbers at Telegram underscore growth."),
        ("en", "Lunch at Noma. In the evening, dot the map."),
        ("ru", "В Телеграме: собака Рекс ищет дом"),
        ("es", "Nos vemos en la plaza, en un punto, es tarde"),
        ("zh", "四点半,小老鼠来了"),
        ("zh", "卫星信号覆盖三省"),
        ("ru", "Кофе, точка роста в центре города"),
        ("ru", "Сюда больше не ходим точка нет и всё"),
        ("ru", "В Телеграме новости: собака Rex нашла дом"),
        ("ru", "Наша собака Bella_и её друзья"),
        ("es", "Nos vemos en la feria, punto es todo"),
        ("en", "Lead at the top, dot the map"),
        ("en", "They met at noon, at last alone"),
        ("pt", "No fim, ponto a favor do time"),
        ("zh", "晚上八点,小老鼠 at home"),
        ("ja", "Aトの字とBドの字"),
        ("hi", "शहर डॉट, बिंदु की कला"),
    ],
)
def test_no_address_in_words(locale: str, text: str) -> None:
    assert not blocked(text, locale) & {"pii.email", "pii.handle", "pii.link"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Пишите: собака koshkin_dom, вечером", "собака koshkin_dom"),
        ("Escríbele: arroba ana_lopez", "arroba ana_lopez"),
        ("Write to lena dot k at gmail dot com today", "lena dot k at gmail dot com"),
        ("Пишите: anna, собака, mail, точка, ru", "anna, собака, mail, точка, ru"),
        ("संपर्क: ऐट ravi_kumar", "ऐट ravi_kumar"),
    ],
)
def test_the_span_begins_and_ends_with_the_words(text: str, found: str) -> None:
    (one,) = (f for f in findings(body=text) if f.rule in {"pii.email", "pii.handle"})
    assert (text[one.start : one.end], one.text) == (found, found)
