# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""The date rule: days, months, times and years come from the item, in any form."""

from __future__ import annotations

import pytest

from deployments.types import Item
from tests.unit.serve_app.policy.judge import findings

TRUE = [
    ("en", "2025-06-06 20:30", "Friday, June 6th, at 8:30 pm"),
    ("en", "6 June 2025", "6/6: see you on the sixth of June"),
    ("en", "Doors 12:00", "Doors at noon"),
    ("en", "Recorded in 1994", "A tape from the 90s"),
    ("en", "Saturday and Sunday", "This weekend"),
    ("en", "Open from 9am to 5pm", "From nine to five. You may march in"),
    ("en", "2025-10-14", "An October evening"),
    ("es", "El 06/06/2025 a las 20:15", "El viernes 6 de junio, a las ocho y cuarto de la tarde"),
    ("pt", "2025-06-07, 9h", "Sábado, sete de junho, às nove da manhã"),
    ("ru", "2025-06-06, 19:45", "В пятницу, 6 июня, без четверти восемь"),
    ("ar", "6 يونيو 2025 الساعة 21:00", "الجمعة ٦ حزيران في التاسعة مساء"),
    ("hi", "6 जून 2025, शाम 7:30", "शुक्रवार, छह जून, शाम साढ़े सात बजे"),
    ("ja", "2019年6月6日 13:00", "令和元年六月六日、午後一時"),
    ("zh", "2025年6月6日 19:30", "星期五，六月六日晚上七点半"),
    ("de", "2025-06-06", "Am Freitag, dem 6. Juni"),
]
FALSE = [
    ("en", "2025-06-06 20:30", "Saturday, June 6", "Saturday"),
    ("en", "6 June, 8:30 pm", "On June 6 at 9:30 pm", "at 9:30 pm"),
    ("en", "6 June", "16 June", "16 June"),
    ("en", "Recorded in 1994", "A tape from the eighties", "eighties"),
    ("en", "The fair opens in 2025", "The fair opens tomorrow", "tomorrow"),
    ("es", "El 6 de junio", "El seis de julio", "seis de julio"),
    ("pt", "Sexta-feira às 20h", "Quinta-feira às 20h", "Quinta-feira"),
    ("ru", "6 июня", "В августе", "августе"),
    ("ar", "الخميس 6 يونيو", "يوم الأحد 6 يونيو", "الأحد"),
    ("hi", "रविवार सुबह 8 बजे", "सोमवार सुबह 8 बजे", "सोमवार"),
    ("ja", "6月6日開催", "7月6日開催", "7月6日"),
    ("ja", "1989年開店", "昭和六十年開店", "昭和六十年"),
    ("zh", "周六上午十点", "周日上午十点", "周日"),
    ("zh", "6月6日", "六月十六日", "六月十六日"),
]


def found(item: str, copy: str, locale: str) -> list[str]:
    return [
        one.text
        for one in findings(body=copy, item=Item(title=item, locale=locale), caption="")
        if one.rule == "grounding.date" and one.severity.rejects
    ]


@pytest.mark.parametrize(("locale", "item", "copy"), TRUE)
def test_a_date_of_the_item_passes(locale: str, item: str, copy: str) -> None:
    assert found(item, copy, locale) == []


@pytest.mark.parametrize(("locale", "item", "copy", "text"), FALSE)
def test_another_date_is_named(locale: str, item: str, copy: str, text: str) -> None:
    assert found(item, copy, locale) == [text]
