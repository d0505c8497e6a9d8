# ruff: noqa: RUF001 - the characters are meant
"""Chinese or Japanese, simplified or traditional."""

from __future__ import annotations

import pytest

from serve_app.policy.han import is_chinese, is_japanese, wrong_form


@pytest.mark.parametrize(
    "text", ["今天下雨，你们在家做什么", "把衣服間隔拉開，再用電風扇吹一吹", "限时优惠，买一送一", "他們說這是最好的"]
)
def test_chinese_for_japanese_readers(text: str) -> None:
    assert is_chinese(text)


@pytest.mark.parametrize(
    "text",
    [
        "東京都知事選挙開票結果速報",
        "新宿駅前に新店",
        "国際的",
        "全国高校野球選手権大会、本日開幕",
        "カレー",
        "魯迅の「狂人日記」",
        "上海",
    ],
)
def test_japanese_headlines_are_not_chinese(text: str) -> None:
    assert not is_chinese(text)


@pytest.mark.parametrize(
    "text", ["東京で話題の店に行ってみた", "お得なセール", "全国大学入試対策、駅前で発売", "沸騰後に六分半で急冷する"]
)
def test_japanese_for_chinese_readers(text: str) -> None:
    assert is_japanese(text)


@pytest.mark.parametrize("text", ["鲜の每日坚果到货", "任天堂ポケモン新品", "今天买一送一", "居酒屋の夜"])
def test_japanese_brands_do_not_make_chinese_japanese(text: str) -> None:
    assert not is_japanese(text)


def test_characters_of_the_other_form() -> None:
    assert wrong_form("这家咖啡店的新甜点，让大家排队", "Hant") == (["这", "点", "让", "队"], True)
    assert wrong_form("這家咖啡店的新甜點，讓大家排隊", "Hans") == (["這", "點", "讓", "隊"], True)
    assert wrong_form("這家咖啡店的新甜點，让大家排隊", "Hant") == (["让"], False)
    assert wrong_form("后台", "Hant") == ([], False)
