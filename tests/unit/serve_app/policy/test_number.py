# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""The number rule: a number of the copy stands in the item, in whatever spelling, or follows from it."""

from __future__ import annotations

import pytest

from deployments.types import Item, Severity
from tests.unit.serve_app.policy.judge import findings

TRUE = [
    ("ru", "Вход 1 000 ₽", "Вход всего за косарь"),
    ("ru", "Старый косарь точит косу, 40 косарей вышли в поле", "Косарь вышел в поле, и с ним косари"),
    ("en", "INXS, UB40 and ABBA tributes", "INXS + UB40 + ABBA"),
    ("es", "Participaron 51 puestos", "Medio centenar largo de puestos"),
    ("pt", "Participaram 53 bancas", "Meia centena e picos de bancas"),
    ("ru", "Пришли 53 человека", "Пятьдесят с небольшим человек"),
    ("ar", "شارك 53 شخصا", "خمسون ونيف من المشاركين"),
    ("hi", "53 लोग आए", "पचास से कुछ ज़्यादा लोग"),
    ("ja", "参加は53人", "五十人ちょっとが参加"),
    ("zh", "来了53人", "来了五十出头"),
    ("ru", "Ночь: 2026-10-10T22:00:00+07:00 — 2026-10-11T06:00:00+07:00", "Восемь часов телескопов"),
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
    ("en", "500 g of stale bread", "Half a kilo of stale bread"),
    ("en", "The third month running", "Three months without a buyer"),
    ("en", "Acquitted of the fire of 2023", "Cleared over the 2023 fire"),
    ("en", "No number here", "A grand piano"),
    ("en", "25 min, half a stale baguette", "25 minutes and half a baguette"),
    ("en", "Map 1 went in nine minutes", "They lose map 1 in nine minutes"),
    ("en", "19,233 likes", "It was fun. Some 19,000 people agree"),
    ("fr", "61 personnes", "Soixante et une personnes"),
    ("ar", "350 ألف زائر", "ثلاثمائة وخمسون ألفا"),
    ("ar", "25 كتابا في 20 يوما", "خمسةٌ وعشرون كتاباً في عشرين يومًا"),
    ("ar", "حكايات شعبية", "ألف ليلة وليلة"),
    ("ru", "500 г хлеба", "500 граммов хлеба"),
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
    ("es", "2.000 litros", "Dos millones de litros", "Dos millones de litros"),
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

INFERRED = [
    ("en", "12,480 visitors; two thirds of them came by train", "4,160 did not come by train"),
    ("es", "Fueron 12.480 visitas y un tercio exacto de ellas en mayo", "En mayo hubo 4160 visitas"),
    ("ru", "Пришли 900 человек, треть из них с детьми", "300 человек с детьми"),
    ("en", "Fog. A goose. Sunrise over the lake", "3 things: fog, goose, sunrise"),
    ("en", "Grim Readers 171, Hull of a Time 168", "The librarians win by three"),
    ("en", "Zero. But I hung for nine seconds", "0 pull-ups, 9 seconds"),
    ("en", "17 people died when the bank gave way", "Jack died with 16 others"),
    ("en", "400 jars, one of which I keep", "The other 399 are free"),
    ("en", "The 2019 winner was 640 kg, this one 612 kg", "28 kg short of the record"),
    ("en", "Sun: 11.10 to 11.25", "15 minutes of sun"),
    ("en", "One shoe, child's size, from about 1690", "Lost more than 300 years ago"),
    ("en", "We rode it for a week, 61 trips", "We timed it over 61 trips"),
    ("en", "Sorry: 36,000 km should be 360,000 km", "Ten times farther than we said"),
    ("en", "Six in a hundred patients said no", "94% let the software listen"),
    ("en", "Memo sells Thursday to Saturday", "Her son has the pot for three days"),
    ("en", "The landlord adds a new gate", "2 improvements"),
    ("es", "«La casa» y «El mar» llegan a la plataforma", "Las dos llegan juntas"),
    ("es", "La tienda abre de 10 a 13 h", "Tres horas para comprar"),
    ("pt", "“Corazón” e “La dueña” chegam na sexta-feira", "Na sexta as duas chegam juntas"),
    ("pt", "Ela leva uma muda e pode pegar cinco", "1 muda na ida"),
    ("ru", "Ткацкий цех закроют, остальные работают", "Два других цеха продолжат работу"),
    ("ru", "Было 312 писем, отдали 27 писем", "Осталось 285 писем"),
    ("ar", "الحفل من 8 إلى 10 مساءً", "ساعتان من الموسيقى"),
    ("ar", "قلعة وبحر وحديقة", "3 أماكن تستحق الزيارة"),
    ("hi", "राहुल, मीना और अली की कहानी", "तीन दोस्तों की कहानी"),
    ("ja", "定価1200円、いまは本とペンのセット", "2点セットでお届け"),
    ("zh", "妈妈带着女儿去看海", "2个人的海边旅行"),
    ("zh", "续航标称120分钟，实测94分钟", "比标称少26分钟"),
    ("fr", "Du lundi au vendredi, 11 h 15 à 11 h 45", "Une demi-heure de lecture"),
]
CONTRADICTED = [
    ("en", "Three hikers found alive", "Two hikers found alive", "Two"),
    ("en", "Three homes for sale", "1 home for sale", "1"),
    ("es", "Tres barcos y una regata", "Dos barcos en la regata", "Dos"),
    ("pt", "Quatro filmes no festival", "Cinco filmes no festival", "Cinco"),
    ("ru", "Три медведя вышли к людям", "Два медведя вышли к людям", "Два"),
    ("ar", "ثلاثة لاعبين في الفريق", "خمسة لاعبين في الفريق", "خمسة"),
    ("hi", "तीन किताबें मुफ़्त", "चार किताबें मुफ़्त", "चार"),
    ("ja", "3人の職人が作る", "5人の職人が作る", "5人"),
    ("zh", "三只熊猫亮相", "两只熊猫亮相", "两只"),
    ("pt", "Chega na quinta-feira", "Chega na sexta", "sexta"),
    ("en", "Gus is 8 and knows 14 signs", "Gus is 8 and knows 41 signs", "41"),
    ("en", "A jury took two hours; she is 52", "Cleared after four hours", "four hours"),
]


IDIOMS = [
    ("en", "She went the whole nine yards: it takes two to tango"),
    ("en", "A chili that knocked us for six, nine times out of ten"),
    ("es", "Gazpacho en un dos por tres: no le da mil vueltas"),
    ("es", "Buscarle tres pies al gato, de mil amores, a los cuatro vientos"),
    ("pt", "Sal no caldo? Nem oito nem oitenta"),
    ("pt", "Guardado a sete chaves, e não é um bicho de sete cabeças"),
    ("ru", "Для тех, у кого семь пятниц на неделе"),
    ("ru", "До седьмого пота и как две капли воды, в двух шагах"),
    ("ar", "يضرب أخماسا في أسداس من الألف إلى الياء"),
    ("hi", "उन्नीस-बीस का फ़र्क, निन्यानवे के फेर में"),
    ("ja", "五十歩百歩、十中八九うまくいく"),
    ("zh", "八九不离十，三番五次，五湖四海的朋友"),
]
LITERAL = [
    ("en", "It takes two hours and nine yards of rope", {"two hours", "nine yards", "nine"}),
    ("es", "Dos por tres metros, las cuarenta personas", {"cuarenta"}),
    ("pt", "Mil pessoas e oitenta cães", {"Mil", "oitenta"}),
    ("ru", "Семь пятниц подряд", {"Семь"}),
    ("ja", "五十歩の散歩", {"五十"}),
    ("zh", "三百六十人", {"三百六十人"}),
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


@pytest.mark.parametrize(("locale", "item", "copy"), INFERRED)
def test_a_number_that_a_reader_counts_or_works_out_is_left_to_a_person(locale: str, item: str, copy: str) -> None:
    assert [text for text, severity in found(item, copy, locale) if severity.rejects] == []


@pytest.mark.parametrize(("locale", "item", "copy", "text"), CONTRADICTED)
def test_a_small_number_is_a_fault_beside_what_the_item_counts(locale: str, item: str, copy: str, text: str) -> None:
    assert found(item, copy, locale) == [(text, Severity.BLOCK)]


@pytest.mark.parametrize(("locale", "copy"), IDIOMS)
def test_an_idiom_names_no_number(locale: str, copy: str) -> None:
    assert {
        one.text
        for one in findings(body=copy, item=Item(title="Nothing", locale=locale), caption="")
        if one.rule in ("grounding.number", "grounding.date", "grounding.price")
    } == set()


@pytest.mark.parametrize(("locale", "copy", "numbers"), LITERAL)
def test_the_words_of_an_idiom_elsewhere_are_numbers(locale: str, copy: str, numbers: set[str]) -> None:
    assert {text for text, _ in found("Nothing", copy, locale)} & numbers
