# ruff: noqa: RUF001, RUF003 - the marks and letters of other scripts are meant
"""script.mixed: a word is written in the letters of one script."""

from __future__ import annotations

import pytest

from tests.unit.serve_app.policy.test_language import blocked


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "Cоffee is ready"),  # Cyrillic о
        ("en", "Get yοur free coffee"),  # Greek ο
        ("en", "Fr\u0435e coffee today"),  # Cyrillic е
        ("en", "Get а coffee for breakfast"),  # Cyrillic а for the article
        ("en", "Your РАСЕ is here"),  # a Cyrillic word of lookalikes
        ("en", "𝐅𝐑𝐄𝐄 coffee for all"),
        ("en", "𝓣𝓸𝓭𝓪𝔂 only at the shop"),
        ("en", "ＦＲＥＥ coffee for all"),
        ("en", "ⓕⓡⓔⓔ coffee for all"),
        ("en", "🅵🆁🅴🅴 coffee for all"),
        ("en", "ᖴᖇᗴᗴ coffee for all"),
        ("en", "Ꮃin a coffee for life"),  # Cherokee Ꮃ
        ("en", "Wιn a coffee for life"),  # Greek ι
        ("en", "ꜰʀᴇᴇ coffee for all"),
        ("en", "Gեt your coffee now"),  # Armenian ե
        ("en", "coفfee for breakfast"),
        ("es", "Оferta de café para hoy"),  # Cyrillic О
        ("es", "𝗚𝗿𝗮𝘁𝗶𝘀 solo por hoy"),
        ("pt", "Prοmoção de café hoje"),  # Greek ο
        ("ru", "Cкидка на кофе сегодня"),  # Latin C
        ("ru", "Скидкa на кофе сегодня"),  # Latin a
        ("ru", "Бeсплатный кофе"),  # Latin e
        ("ru", "РACПPOДАЖА в кофейне"),
        ("el", "Πρoσφορά στον καφέ"),  # Latin o
        ("ar", "عرض خaص على القهوة اليوم"),
        ("hi", "कॉफी पर भaरी छूट"),
        ("ja", "コーヒーが𝐅𝐑𝐄𝐄です"),
        ("ja", "手編みのセー夕ーがそろいました"),
        ("ja", "ノー卜を一冊、今日だけ"),
        ("zh", "咖啡𝟏𝐟𝐫𝐞𝐞今天"),
        ("uk", "Знижкa на каву"),  # Latin a
    ],
)
def test_lookalike_letters_in_a_word_block(locale: str, text: str) -> None:
    assert "script.mixed" in blocked(locale, text)


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "A 10 kΩ resistor and 5 µm of gold"),
        ("en", "The α-helix and TNFα explained"),
        ("en", "5 μm of gold, ΔT of 3 °C"),
        ("en", "H₂O, CO₂ and E = mc²: the formulas we love"),
        ("ru", "Wi-Fi-роутер и 3D-печать дома"),
        ("ru", "IT-компания ищет SMM-щика"),
        ("ru", "Снято на iPhone'ом без SMSки"),
        ("ru", "YouTube-канал о кофе и VIPка в подарок"),
        ("ja", "チーム力アップの夕べ、グラム二ダース"),
        ("ja", "ビール一パックとブルー口のマグ"),
        ("zh-CN", "这件T恤陪你去K歌"),
        ("zh-TW", "X光、B型肝炎和AA制"),
        ("ja", "TシャツとAI技術とPKマッチ"),
        ("ja", "ＮＨＫの朝ドラとＪＲの旅"),
        ("hi", "फ़िल्म और ज़िंदगी की बातें"),
        ("hi", "iPhone में नया AI फीचर"),
        ("ar", "الـiPhone الجديد وWhatsApp"),
        ("ar", "والـWi-Fi مجانًا في المقهى"),
        ("ko", "K팝 스타와 PC방에서"),
        ("kk", "Instagram-да жаңа видео"),
        ("uk", "Об'єднання й п'ять новин"),
        ("sr", "Љубав и ђак у школи"),
        ("tr", "İstanbul'da ılık bir gün"),
        ("vi", "Hôm nay trời đẹp quá"),
        ("de", "Straße, Müll und 1. FC Köln"),
        ("he", "ה-iPhone החדש ובWhatsApp"),
        ("th", "ร้านK-Popเปิดใหม่"),
        ("en", "Beyoncé, Björk and Sigur Rós"),
    ],
)
def test_units_hyphens_and_natural_mixtures_pass(locale: str, text: str) -> None:
    assert blocked(locale, text) == set()


def test_the_items_own_name_may_mix() -> None:
    assert blocked("en", "New album by KoЯn today", item_title="KoЯn: Requiem") == set()
    assert blocked("en", "New album by KoЯn today") == {"script.mixed"}


def test_fancy_letters_block_though_the_item_has_them() -> None:
    assert "script.mixed" in blocked("en", "𝐅𝐑𝐄𝐄 coffee", item_title="𝐅𝐑𝐄𝐄 coffee")
