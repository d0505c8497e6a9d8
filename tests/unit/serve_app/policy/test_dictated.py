"""Handles that are dictated letter by letter, at a messenger that may be in disguise."""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

import time

import pytest

from serve_app.policy.dictated import dictated_handles
from tests.unit.serve_app.policy.judge import ITEM, findings


def blocked(text: str, locale: str) -> set[str]:
    item = ITEM.model_copy(update={"locale": locale})
    return {f.rule for f in findings(body=text, item=item) if f.severity.rejects}


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "Find me on the green app: em is for amateurs, so lena, underscore, kovacs"),
        ("en", "Message me on the paper plane: m, a, r, i, n, a"),
        ("en", "Insta is k-o-v-a-c-s, all small"),
        ("es", "Búscame en la app verde: marina, guion bajo, zorro"),
        ("es", "Mi Telegram: eme, a, erre, i, ene, a"),
        ("pt", "Chama no aviãozinho: marina, underline, raposa"),
        ("pt", "No zap verdinho, é m, a, r, i, tudo junto"),
        ("ru", "Марина в телеге: собака, марина, нижнее подчёркивание, лис."),
        ("ru", "Пишите в зелёный мессенджер: эм, а, эр, и, эн, а"),
        ("ar", "راسلني على التطبيق الأخضر: مارينا، شرطة سفلية، لوز"),
        ("ar", "تيليجرام: ميم، ألف، راء، ياء، نون"),
        ("hi", "हरे वाले ऐप पर लिखिए: रवि, अंडरस्कोर, कुमार"),
        ("hi", "टेलीग्राम पर: आर ए वी आई के"),
        ("ja", "予約は緑のトークアプリで、わいゆーけーあい、下線、ゼロハチニイサンを検索してください。"),
        ("ja", "インスタはエムエーアールアイ、アンダーバー、ネコ"),
        ("zh", "想定制就加小雨的绿泡泡：笑脸拼音，后面跟四个八再加一个六。"),
        ("zh", "纸飞机找我：小猫全拼加三个七"),
    ],
)
def test_a_dictated_handle_is_found(locale: str, text: str) -> None:
    assert "pii.handle" in blocked(text, locale)


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "The green app shows when your plants are thirsty"),
        ("en", "On Instagram: a b c d for grown-ups, a lettering class"),
        ("en", "The paper plane contest is back, bring glue, tape and scissors"),
        ("es", "El avioncito de papel, el cuento y la merienda"),
        ("es", "Por WhatsApp te enviamos la receta de la abuela"),
        ("pt", "O verdinho da feira: couve, salsa e coentro"),
        ("ru", "Сено в телеге, собака рядом, тишина"),
        ("ru", "Самолётик, кораблик и лягушка: оригами для малышей"),
        ("ar", "الطائرة الورقية، لعبة وكتاب للأطفال"),
        ("hi", "व्हाट्सएप पर ए बी सी डी सीखें, बच्चों की क्लास"),
        ("hi", "हरे ऐप से बगीचे की देखभाल, आसान तरीके"),
        ("ja", "緑のアイコンが目印の公園アプリ、散歩に"),
        ("ja", "LINEスタンプでワイワイ、猫の新作"),
        ("ja", "紙飛行機アプリで遊ぼう、キューブパズルも"),
        ("zh", "微信读书：小写字母是怎么来的"),
        ("zh", "小绿植养护课，加水、加光、加耐心"),
        ("zh", "纸飞机大赛开始报名，全家一起来"),
    ],
)
def test_what_only_looks_like_one_is_none(locale: str, text: str) -> None:
    assert "pii.handle" not in blocked(text, locale)


def test_the_place_is_what_is_dictated() -> None:
    text = "Insta: k-o-v-a-c-s, all small"
    assert [text[start:end] for start, end in dictated_handles(text)] == ["k-o-v-a-c-s"]


@pytest.mark.parametrize("text", ["insta a, b, x ", "绿泡泡拼音", "インスタエーユー", "telegram ", "telegram a b "])
def test_a_long_text_is_read_in_time(text: str) -> None:
    began = time.thread_time()
    list(dictated_handles((text * 2_000)[:10_000]))
    assert time.thread_time() - began < 0.3
