# ruff: noqa: RUF001 - letters of other scripts are meant
"""Streets with a number, and handles."""

from __future__ import annotations

import pytest

from serve_app.policy.whereabouts import handles, street_addresses


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
