# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""The date rule: days, months, times and years come from the item, in any form."""

from __future__ import annotations

import pytest

from deployments.types import Item, Severity
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
    ("es", "Final en 2 horas 47 minutos", "Final en 2:47 h"),
    ("de", "2025-06-06", "Am Freitag, dem 6. Juni"),
    ("ru", "Лекция 2026-12-14, 18:00", "Он выступит во второй понедельник декабря в 18:00"),
    ("en", "Talk on 2026-12-14", "On the second Monday in December"),
    ("es", "Charla el 14/12/2026", "El segundo lunes de diciembre"),
    ("pt", "Palestra em 2026-12-14", "Na segunda segunda-feira de dezembro"),
    ("hi", "व्याख्यान 14 दिसंबर 2026", "दिसंबर के दूसरे सोमवार को"),
    ("ja", "2026年12月14日", "12月の第2月曜日"),
    ("zh", "2026年12月14日", "12月的第二个星期一"),
    ("en", "Concert 24 December", "Concert on Christmas Eve"),
    ("ru", "9 мая", "В День Победы"),
    ("en", "Stops: Perumon Wed 9–12, Munroe Sat 2–5", "On Wednesdays at Perumon, Saturdays at Munroe"),
    ("en", "Ghost, Thurs–Sun evenings", "Thursday to Sunday evenings"),
    ("en", "Swap Sat 11am", "The swap is on Saturday at 11am"),
    ("en", "A day at the beach", "Sun, sand and sea. Sat Nav included"),
    ("en", "back 6 am tmrw", "back at 6 tomorrow morning"),
    ("en", "Free between 11 am and 2 pm", "Free midday power"),
    ("pt", "Às 5h41 ela mandou", "Antes das seis da manhã"),
    ("pt", "terça e quinta, 6h30", "antes das sete da manhã"),
    ("en", "leave before 10", "go before 10am"),
    ("en", "In lots of fifty", "in fifties"),
    ("en", "19 minutes in 7.5 degree water", "19 minutes at 7.5 degrees"),
    ("en", "This time to the March meeting", "put off until March"),
    ("en", "June to August costs less", "Come between June and August; July is wet"),
    ("en", "Never missed a night in the winter of 1998", "no night in winter 1998"),
    ("en", "The winner", "The old one may get a seat"),
    ("en", "9 to 11 December", "on 10 December"),
    ("en", "6 to 10 am", "from 6 am"),
    ("en", "Wednesdays, 7 to 8.30 pm", "Wednesdays from 7 pm"),
    ("en", "Knee-deep, 9.20 am", "At 9.20 am one seller"),
    ("en", "Hotel, room 2", "Who is in room 2 tonight?"),
    ("en", "It was on bus 14 today", "On the 14 this morning?"),
    ("en", "Come after 3", "hopes for 3 o'clock"),
    ("en", "Will the M50 pole fall", "The M50's post"),
    ("es", "duró 4 horas y 12 minutos", "más de 4 horas"),
    ("pt", "Em agosto", "no verão"),
    ("de", "12. und 19. Mai", "am 12. und 19. Mai"),
    ("de", "Linie 6 am Wochenende", "Die 6 am Wochenende"),
    ("de", "erst ab 12", "ab 12 Uhr"),
    ("de", "Am 2. August", "Seit dem 2. August"),
    ("de", "um 10.30 Uhr", "um halb elf, 10.30 Uhr"),
    ("ru", "пн–пт, 9:00", "С понедельника по пятницу, в среду тоже"),
    ("ru", "Начало в 18:30", "после шести вечера"),
    ("hi", "सुबह 6:30 बजे", "सुबह सात बजे से पहले"),
    ("zh", "早上6点30分", "早上七点前"),
    ("ja", "午前6時30分", "午前7時前"),
    ("ar", "الساعة 6:30 صباحا", "قبل الساعة السابعة صباحا"),
    ("zh", "今年夏天", "夏季"),
    ("ru", "зима 1998 года", "зимой 1998 года"),
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
    ("pt", "23 de dezembro, às 20h", "Na véspera de Natal", "Na véspera de Natal"),
    ("en", "Concert 23 December", "Concert on Christmas Eve", "on Christmas Eve"),
    ("es", "Concierto el 23 de diciembre", "Concierto en Nochebuena", "en Nochebuena"),
    ("ja", "12月23日コンサート", "クリスマスイブのコンサート", "クリスマスイブ"),
    ("zh", "12月23日演出", "平安夜的演出", "平安夜"),
    ("ru", "Лекция 2026-12-14", "Лекция в первый понедельник декабря", "первый понедельник декабря"),
    ("en", "Talk on 2026-12-14", "On the first Monday of December", "first Monday of December"),
    ("es", "Charla el 14/12/2026", "El primer lunes de diciembre", "primer lunes de diciembre"),
    ("pt", "Palestra em 2026-12-14", "Na primeira segunda-feira de dezembro", "primeira segunda-feira de dezembro"),
    ("hi", "व्याख्यान 14 दिसंबर 2026", "दिसंबर के पहले सोमवार को", "दिसंबर के पहले सोमवार"),
    ("ja", "2026年12月14日", "12月の第1月曜日", "12月の第1月曜日"),
    ("zh", "2026年12月14日", "12月第一个星期一", "12月第一个星期一"),
    ("en", "Swap on Sunday at 11am", "Swap Sat 11am", "Sat"),
    ("en", "He sat in the sun", "On Saturday", "Saturday"),
    ("en", "9 to 11 December", "on 12 December", "12 December"),
    ("en", "Knee-deep, 9.20 am", "One seller, 9.40 am", "9.40 am"),
    ("en", "Doors 7 pm", "Doors at noon", "noon"),
    ("en", "Doors 7 pm", "Doors before 6 pm", "before 6 pm"),
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


def test_the_last_day_of_a_series_is_left_to_a_person() -> None:
    item = Item(title="Five Tuesdays", metadata={"first": "2026-10-06"}, locale="en")
    rows = [("Baked by 3 November", Severity.REVIEW), ("Baked by 4 November", Severity.BLOCK)]
    for copy, severity in rows:
        dates = [one for one in findings(body=copy, item=item, caption="") if one.rule == "grounding.date"]
        assert [one.severity for one in dates] == [severity]
