# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""The number rule: a number of the copy stands in the item, in whatever spelling, or follows from it."""

from __future__ import annotations

import pytest

from deployments.types import Item, Severity
from tests.unit.serve_app.policy.judge import findings

TRUE = [
    ("en", "The choir of 21 sang for 2,400 people", "Twenty-one singers, twenty-four hundred guests"),
    ("en", "Views: 1,234,567", "1.2M views and counting"),
    ("en", "Views: 1,980,000", "Almost two million views"),
    ("en", "66% of readers agree", "Two thirds of readers agree"),
    ("en", "Half of the 40 pubs closed", "50% of pubs closed, about 20"),
    ("en", "Ana, Bo and Chris win the relay", "Three friends, one relay"),
    ("en", "A 10-inch pan", "The 10 inch pan is back"),
    ("en", "COVID-19 ward reopens", "One of many: the COVID-19 ward, open 24/7"),
    ("en", "The museum is 30 years old", "Three decades of the museum"),
    ("en", "A 90-minute film", "One and a half hours of film"),
    ("en", "Open since 1987", "Since 1987, a place for two? No one knows"),
    ("en", "Rocky 4 returns", "Rocky IV returns"),
    ("en", "Update 3.10.2 is out", "3.10.2 has landed"),
    ("en", "They won 2-1", "A 2-1 win"),
    ("en", "6 in 10 cats sleep", "60% of cats sleep"),
    ("en", "Founded by 312 people", "More than 300 people founded it"),
    ("es", "16 mineros rescatados tras 36 horas", "Dieciséis mineros, día y medio"),
    ("es", "30 vecinos en la plaza", "Una treintena de vecinos"),
    ("es", "Unas 1.250 personas", "Mil doscientas cincuenta personas, una a una"),
    ("es", "Vino media docena de chefs", "Seis chefs"),
    ("es", "El siglo de 1937", "En pleno siglo XX"),
    ("pt", "16 baleias e 200 fotos", "Dezasseis baleias, duas centenas de fotos"),
    ("pt", "Foram 1.980.000 votos", "Quase dois milhões de votos"),
    ("pt", "Um terço dos 90 alunos", "33% dos alunos, cerca de 30"),
    ("ru", "21 волонтёр и 340 деревьев", "Двадцать один волонтёр, триста сорок деревьев"),
    ("ru", "Группа из 3 человек", "Трое друзей в одной группе"),
    ("ru", "Собрали 512 подписей", "Более пятисот подписей"),
    ("ru", "25% жителей", "Четверть жителей"),
    ("ar", "13 صيادا و25 قاربا", "ثلاثة عشر صيادا وخمسة وعشرون قاربا"),
    ("ar", "٢٠٠٠ شجرة", "ألفا شجرة، واحدة بعد أخرى"),
    ("ar", "نصف الطلاب", "50% من الطلاب"),
    ("hi", "1,25,000 लोग", "सवा लाख लोग"),
    ("hi", "17 किताबें, 2 भाई", "सत्रह किताबें, दोनों भाई"),
    ("hi", "75 प्रतिशत लोग", "तीन चौथाई लोग"),
    ("ja", "1,980,000人が見た", "200万人近くが見た。一緒に見よう"),
    ("ja", "3つの店が並ぶ", "三つの店が並ぶ商店街で十分楽しむ"),
    ("ja", "参加は48人", "五十人弱が参加"),
    ("zh", "三百萬人觀看", "300万人都看了，一起来吧"),
    ("zh", "两千零五名学生", "2005名学生"),
    ("zh", "90%的观众", "百分之九十的观众十分满意"),
    ("zh", "七夕展览有12件", "七夕一定要来看十二件展品"),
    ("de", "21 Bäcker, 1.500 Brote", "Einundzwanzig Bäcker und 1500 Brote"),
    ("fr", "80 livres", "Quatre-vingts livres"),
    ("en", "Lessons at 12 schools", "Taught at 12 schools"),
    ("en", "Doors 19:00", "Doors open at seven"),
    ("ru", "Трамваев стало в 2 раза больше", "В 2 раза больше трамваев"),
    ("es", "Ayuda para 12 familias", "Ayuda a las doce familias"),
]
FALSE = [
    ("en", "11 hikers rescued", "Twelve hikers rescued", "Twelve"),
    ("en", "The choir of 21", "A choir of thirty-one", "thirty-one"),
    ("en", "Views: 1,980,000", "Over 2 million views", "Over 2 million"),
    ("en", "30 stalls", "300 stalls", "300"),
    ("en", "A 40-minute film", "A 40-second film", "40-second"),
    ("en", "Her 3rd album", "Her fifth album", "fifth"),
    ("en", "Rocky IV returns", "Rocky VI returns", "VI"),
    ("en", "A quarter of readers", "Half of readers", "Half of"),
    ("en", "Two hundred guests", "Thousands of guests", "Thousands of"),
    ("en", "iPhone 15 case", "The iPhone 16 case", "16"),
    ("es", "16 mineros", "Seis mineros", "Seis"),
    ("es", "2.000 litros", "Dos millones de litros", "Dos millones de"),
    ("pt", "60 crianças", "Setenta e duas crianças", "Setenta e duas"),
    ("ru", "12 машин", "Сто двадцать машин", "Сто двадцать"),
    ("ru", "Группа из 3 человек", "Пятеро друзей", "Пятеро"),
    ("ar", "13 صيادا", "ثلاثون صيادا", "ثلاثون"),
    ("ar", "10 كتب", "عشرين كتابا", "عشرين"),
    ("hi", "11 लोग", "इक्कीस लोग", "इक्कीस"),
    ("hi", "2 लाख दीये", "२० लाख दीये", "२० लाख"),
    ("ja", "3人の職人", "五人の職人", "五人"),
    ("ja", "300人", "三千人", "三千人"),
    ("zh", "两位老师", "三位老师", "三位"),
    ("zh", "1.5万人", "十五万人", "十五万人"),
    ("de", "21 Bäcker", "Zwölf Bäcker", "Zwölf"),
]


def found(item: str, copy: str, locale: str) -> list[tuple[str, Severity]]:
    return [
        (one.text, one.severity)
        for one in findings(body=copy, item=Item(title=item, locale=locale), caption="")
        if one.rule == "grounding.number"
    ]


@pytest.mark.parametrize(("locale", "item", "copy"), TRUE)
def test_a_number_that_follows_from_the_item_passes(locale: str, item: str, copy: str) -> None:
    assert [text for text, severity in found(item, copy, locale) if severity.rejects] == []


@pytest.mark.parametrize(("locale", "item", "copy", "text"), FALSE)
def test_a_number_that_does_not_is_named(locale: str, item: str, copy: str, text: str) -> None:
    assert found(item, copy, locale) == [(text, Severity.BLOCK)]
