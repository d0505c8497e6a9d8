# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""The leftover rule: what a writer leaves around its copy, and items that begin so themselves."""

from __future__ import annotations

import pytest

from deployments.types import Copy, Item, Severity
from serve_app.policy import PolicySettings, check
from tests.unit.serve_app.policy.judge import context


def found(title: str, body: str = "", locale: str = "en", item_title: str = "Tea") -> dict[str, Severity]:
    item = Item(title=item_title, locale=locale)
    findings = check(Copy(title=title, body=body), context(item=item), PolicySettings(), only=("leftover",))
    return {f.rule: f.severity for f in findings}


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        *(
            ("en", text)
            for text in ("Body = tea", "Push title: tea", '"Headline": tea', "Variant B: tea", "Draft 2: tea")
        ),
        *(
            ("en", text)
            for text in ("Tea. Body: it is hot", "Tea [31/50]", "Tea - 31 characters", "[emoji] Tea", "2. Tea")
        ),
        *(("en", text) for text in ("Sure! Here's your title", "Below are three options", "As an AI assistant, I sip")),
        *(
            ("es", text)
            for text in (
                "Versión 2: té",
                "Té (12 caracteres)",
                "Lo siento, pero no puedo crear este texto",
                "Title: té",
            )
        ),
        *(
            ("zh", text)
            for text in (
                "正文:茶",
                "【标题】茶",
                "方案一:茶",
                "好的,这是为您写的文案",
                "茶(12字)",
                "作为一个语言模型,我",
            )
        ),
        *(("ja", text) for text in ("通知文：茶", "案1：茶", "承知しました。以下がタイトルです", "茶（12文字）")),
        *(
            ("ru", text)
            for text in ("Вариант 1: чай", "Вот текст уведомления", "Чай (12 символов)", "Как ИИ, я не пью")
        ),
        *(("hi", text) for text in ("विकल्प 2: चाय", "यह रहा शीर्षक", "चाय (12 अक्षर)")),
        *(("ar", text) for text in ("الخيار 2: شاي", "إليك النص", "شاي (12 حرفا)", "كنموذج لغوي لا أشرب")),
        *(("pt", text) for text in ("Sugestão 3: chá", "Claro! Segue o título", "Espero que ajude")),
    ],
)
def test_what_is_left_of_an_answer(locale: str, text: str) -> None:
    assert found(text, locale=locale)["format.leftover"] is Severity.BLOCK


@pytest.mark.parametrize(
    ("locale", "text", "item"),
    [
        ("en", "Style: a history in ten coats", "Style: A History"),
        ("en", "Option 2: the documentary", "Option 2: the documentary"),
        ("en", "As an AI assistant, I fail", "As an AI assistant, I fail: a memoir"),
        ("en", "1. FC Köln wins", "1. FC Köln wins"),
        ("de", "1. Mai in Berlin", "Berlin"),
        ("en", "Here is your chance", "A chance"),
        ("en", "He wrote 400 words (a day)", "Writing"),
        ("zh", "通知：明天停水", "停水"),
        ("ru", "Тест: какой вы чай", "Чай"),
        ("es", "Aquí tienes el mapa", "Mapa"),
        ("hi", "सूचना: कल पानी नहीं", "पानी"),
    ],
)
def test_what_only_looks_so(locale: str, text: str, item: str) -> None:
    assert found(text, locale=locale, item_title=item) == {}


def test_a_copy_in_quotation_marks_as_a_whole_is_a_writers() -> None:
    assert found("“Tea is ready”", "It is hot.") == {"format.quoted": Severity.REVIEW}
    assert found('"Tea is ready"', '"It is hot."') == {"format.quoted": Severity.BLOCK}
    assert found("“Tea is ready”", item_title="She said: tea is ready") == {}
    assert found("“Tea” is “ready”") == {}


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "Tea at five. Let me know if you want it shorter."),
        ("en", "Tea at five. I can also write a shorter one."),
        ("es", "Té a las cinco. Si quieres, hago una versión más corta."),
        ("pt", "Chá às cinco. Se quiser, faço uma versão mais curta."),
        ("ru", "Чай в пять. Если нужно, сделаю вариант покороче."),
        ("ar", "الشاي في الخامسة. إذا أردت، يمكنني كتابة نسخة أقصر."),
        ("hi", "पाँच बजे चाय। अगर चाहें तो छोटा संस्करण लिख सकता हूँ।"),
        ("ja", "五時にお茶。必要でしたら短い版もお作りします。"),
        ("zh", "五点喝茶。如果需要，我可以再写一个短一点的版本。"),
    ],
)
def test_an_offer_to_write_another_is_left_over(locale: str, text: str) -> None:
    assert Severity.BLOCK in found("Tea", text, locale).values()


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "Want a shorter walk? The river path takes ten minutes."),
        ("es", "Si prefieres la versión corta, hay un paseo de diez minutos."),
        ("pt", "Se preferir a versão curta, há um passeio de dez minutos."),
        ("ru", "Если нужно, возьмите зонт: есть маршрут покороче."),
        ("ja", "必要でしたら傘をお持ちください。"),
        ("zh", "如需退换，七天内可换货。"),
    ],
)
def test_an_offer_to_readers_is_none(locale: str, text: str) -> None:
    assert Severity.BLOCK not in found("Tea", text, locale).values()
