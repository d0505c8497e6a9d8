# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""script.wrong: the letters are those in which the audience reads."""

from __future__ import annotations

import pytest

from tests.unit.serve_app.policy.test_language import blocked


@pytest.mark.parametrize(
    ("locale", "title", "body"),
    [
        ("en", "", "Кофе готов"),
        ("en", "", "咖啡已经准备好了"),
        ("ru", "", "咖啡已经准备好了"),
        ("ja", "", "Кофе готов"),
        ("zh-CN", "", "コーヒーができました"),
        ("hi-IN", "", "Aaj hi order karein aur paisa bachayein"),
        ("hi-IN", "Naya phone aa gaya hai", "नया फ़ोन आ गया है, आज ही देखें"),
        ("hi-IN", "Aaj Ki Sabse Badi Khabar", "आज की सबसे बड़ी खबर पढ़ें"),
        ("mr-IN", "", "Aaj navin phone aala aahe, lagech bagha"),
        ("ar-EG", "", "El film el gedid da mesh hayfootak ya sa7bi"),
        ("ar-SA", "3ard gedid bas el yom", "عرض جديد اليوم فقط"),
        ("ja-JP", "", "Kyou no oishii ryouri wo mite kudasai"),
        ("zh-CN", "", "Jintian de xin dianying ni yiding yao kan"),
        ("zh-CN", "", "Jīntiān de xīn diànyǐng nǐ yīdìng yào kàn"),
        ("ru-RU", "", "Segodnya skidka na vse tovary, uspeyte kupit"),
        ("ru-RU", "Novyy sezon uzhe zdes", "Смотрите сегодня вечером"),
        ("el-GR", "", "Simera to neo estiatorio anoikse stin Athina"),
        ("ru-RU", "", "Новый альбом уже здесь. استمع إلى الألبوم الجديد الآن"),
        ("en-US", "", "The new album is here. Слушайте новый альбом прямо сейчас"),
        ("en-US", "", "The new album is here. 今すぐ新しいアルバムを聴いてください"),
        ("ja-JP", "", "新しいアルバムをチェック。 Слушайте новый альбом прямо сейчас"),
        ("sr-Cyrl", "", "Nova pekara je otvorena i čeka vas"),
        ("sr-Latn", "", "Нова пекара је отворена и чека вас"),
        ("pa-IN", "", "لاہور وچ نویں لائبریری کھل گئی اے"),
        ("hi-Latn", "", "नया फ़ोन आ गया है, आज ही देखें"),
        ("ko-KR", "", "Кофе уже готов, приходите"),
    ],
)
def test_letters_of_another_script_block(locale: str, title: str, body: str) -> None:
    assert "script.wrong" in blocked(locale, title, body)


@pytest.mark.parametrize(
    ("locale", "title", "body"),
    [
        ("zh-CN", "iPhone 用户的咖啡", ""),
        ("ja", "コーヒーと猫", ""),
        ("ru", "Кофе от Starbucks", ""),
        ("ko", "커피 한 잔", ""),
        ("sr", "Kafa", ""),
        ("sr", "Кафа", ""),
        ("en-US", "How to say “спасибо” like a local", "Ten words for your first week in Almaty"),
        ("en-US", "寿司 and ramen in Queens", "Where the chefs eat after work"),
        ("en-US", "The Greek letter π turns 300", "Why mathematicians love it"),
        ("hi-IN", "Coca-Cola Zero Sugar", "अब नए पैक में, आज ही आज़माएं"),
        ("hi-IN", "boAt Airdopes 141", "सिर्फ ₹999 में, आज ही देखें"),
        ("ru-RU", "", "Wi-Fi, USB-C, HDMI и Bluetooth в одном хабе"),
        ("ar-EG", "PlayStation 5 Pro", "السعر والمواصفات"),
        ("ja-JP", "THE FIRST SLAM DUNK", "映画が再上映されます"),
        ("zh-CN", "Taylor Swift", "新专辑今天发布"),
        ("ru-RU", "«Hello, world!»", "Как выглядит первая программа"),
        ("hi-IN", "", "शाहरुख ने कहा, “Picture abhi baaki hai mere dost”"),
        ("he-IL", "Spider-Man: No Way Home", "הסרט שכולם מדברים עליו"),
    ],
)
def test_names_quotations_and_two_scripts_pass(locale: str, title: str, body: str) -> None:
    assert blocked(locale, title, body) == set()
