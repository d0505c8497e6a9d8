# ruff: noqa: RUF001 - letters of other scripts are meant
"""Streets with a number, and handles."""

from __future__ import annotations

import pytest

from deployments.types import Item
from serve_app.policy.whereabouts import handles, street_addresses
from tests.unit.serve_app.policy.judge import findings


@pytest.mark.parametrize(
    "text",
    [
        "221B Baker Street",
        "Rua das Flores, 123",
        "ул. Ленина, д. 5",
        "中山路88号",
        "神南1丁目2番3号",
        "شارع النيل رقم 12",
        "मकान नंबर 42",
    ],
)
def test_a_street_with_a_number(text: str) -> None:
    assert list(street_addresses(text)) != []


@pytest.mark.parametrize(
    "text",
    [
        "20 Street food stands",
        "calle Mayor celebra 15 años",
        "中山路上有12个座位",
        "地铁2号线",
        "улица Ленина, 15 лет спустя",
    ],
)
def test_other_streets_are_none(text: str) -> None:
    assert list(street_addresses(text)) == []


@pytest.mark.parametrize(
    ("text", "is_sure"),
    [
        ("加V：afang_88", True),
        ("DM me @ana_c", True),
        ("pay ana@okaxis", True),
        ("a video by @ana_c", False),
        ("Telegram: ana_cafe", True),
    ],
)
def test_a_handle_beside_a_cue_is_sure(text: str, is_sure: bool) -> None:
    assert [one.is_sure for one in handles(text)][:1] == [is_sure]


def test_the_name_of_a_messenger_is_none() -> None:
    assert list(handles("Telegram channels grow, WhatsApp groups too; line up")) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("my tg: annabakes", "annabakes"),
        ("Encomende no Telegram: arroba zeza underline bolos", "zeza underline bolos"),
        ("Write to us on Telegram: annabakes and wait", "annabakes"),
        ("Пишите в тг annabakes", "annabakes"),
        ("encuéntrame en Telegram como ana_bakes", "ana_bakes"),
        ("ラインIDは hanako88", "hanako88"),
    ],
)
def test_a_name_at_a_messenger(text: str, name: str) -> None:
    assert [text[one.start : one.end] for one in handles(text) if one.is_sure] == [name]


@pytest.mark.parametrize(
    "text", ["Telegram: Durov speaks", "Instagram: what is new", "Snapchat: Teens say no", "Читаем в телеграме Forbes"]
)
def test_a_headline_about_a_messenger_names_nobody(text: str) -> None:
    assert list(handles(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "想来的朋友加薇❤信：laochen_8890",
        "加V❤信 laochen8890",
        "加卫星：laochen_8890",
        "加绿泡泡：laochen_8890",
        "Wh4tsapp: lena_k",
        "T3legram @lenak_77",
    ],
)
def test_a_messenger_in_disguise_is_one(text: str) -> None:
    assert {(place.rule, place.is_sure) for place in handles(text)} >= {("pii.handle", True)}


def blocked(locale: str, text: str) -> bool:
    found = findings(body=text, item=Item(title="A walk", locale=locale))
    return any(f.rule == "pii.address" and f.severity.rejects for f in found)


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("ja", "渋谷区神南1丁目2番3号"),
        ("ja", "銀座三丁目一番地"),
        ("ja", "本町2丁目1番5号に住む"),
        ("ja", "神南1丁目2-3"),
        ("es", "Vive en la calle Mayor, 15"),
        ("es", "Calle Mayor, 15, bajo"),
        ("es", "Calle Mayor, quince"),
        ("es", "Vive en la calle Mayor, 15 con su gato"),
        ("es", "Calle Mayor, número uno"),
        ("pt", "Rua das Acácias, cento e vinte e oito"),
        ("pt", "Mora na Rua Augusta, 120 desde maio"),
        ("ru", "ул. Ленина, д. 5"),
        ("ru", "Живёт на улице Ленина, 5 с котом"),
        ("en", "He lives at 12 Baker Street"),
        ("ja", "栄二丁目五番地"),
        ("ja", "栄3丁目4番12号"),
        ("es", "Los espera en avenida Libertad, 8 (timbre roto)"),
        ("es", "Paseo del Prado, 8 Madrid"),
        ("pt", "Bata na Rua das Flores, 33 e peça café"),
        ("ru", "Проспект Мира, 12, третий подъезд"),
        ("ru", "ул. Садовая 7 и стучите громко"),
        ("en", "Her house at 9 Elm Street is yellow"),
        ("hi", "मकान नंबर 42"),
        ("zh", "中山路88号"),
        ("ar", "شارع النيل رقم 12"),
    ],
)
def test_a_house_number(locale: str, text: str) -> None:
    assert blocked(locale, text)


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("ja", "銀座三丁目一番の人気店"),
        ("ja", "三丁目一番おいしいコロッケ"),
        ("ja", "本町2丁目1番人気のたい焼き"),
        ("ja", "本町2丁目3店舗が集まる"),
        ("es", "De todas las tiendas de la calle Mayor, una. De la plaza Nueva, otra"),
        ("es", "Calle Mayor, una, la plaza y el río"),
        ("es", "Calle Mayor, 15 tapas y un mapa"),
        ("pt", "Rua Augusta, 12 bares e um mapa"),
        ("pt", "Rua Augusta, uma, duas, três paradas"),
        ("ru", "Улица Ленина, 5 новых кафе"),
        ("ru", "Улица Ленина, один. И ещё один двор"),
        ("ar", "شارع النيل، مقهى واحد"),
        ("en", "The 5 Main Street bakeries to try"),
        ("ja", "栄二丁目二軒目のラーメン屋"),
        ("ja", "大須3丁目10周年祭り"),
        ("ja", "神保町一丁目三番目の角を曲がる"),
        ("es", "Por la avenida Libertad, 8 murales nuevos"),
        ("es", "Plaza Mayor, 15 y 16 de mayo"),
        ("pt", "Praça da Sé, 20 barracas de pastel"),
        ("ru", "Проспект Мира, 12 новых лавочек"),
        ("en", "See the 9 Elm Street murals before they fade"),
    ],
)
def test_what_is_counted_in_a_street_is_no_house_number(locale: str, text: str) -> None:
    assert not blocked(locale, text)
