"""How many times as much."""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

import pytest

from deployments.types import Copy, Item
from serve_app.policy import PolicySettings, check
from serve_app.policy.amounts import facts
from tests.unit.serve_app.policy.judge import context, findings


def blocked(locale: str, item: str, body: str) -> set[str]:
    found = findings(body=body, item=Item(title=item, locale=locale))
    return {f.rule for f in found if f.severity.rejects}


@pytest.mark.parametrize(
    ("locale", "item", "body"),
    [
        ("pt", "O número passou de 41 para 83 casais", "Chegou ao triplo de casais"),
        ("es", "Pasó de 41 a 83 parejas", "Se triplicó el número"),
        ("en", "Pairs rose from 41 to 83", "The pairs tripled"),
        ("ru", "Число выросло с 41 до 83", "Птиц стало втрое больше"),
        ("ar", "ارتفع العدد من 41 إلى 83", "ثلاثة أضعاف الأزواج"),
        ("hi", "जोड़े 41 से 83 हुए", "जोड़े तीन गुना हुए"),
        ("ja", "41組から83組に増えた", "つがいは三倍に"),
        ("zh", "从41对增至83对", "数量达三倍"),
        ("en", "Members rose from 10 to 22", "Membership tripled"),
        ("en", "The shelter grew from 40 to 90 dogs", "The dogs at the shelter quadrupled"),
        ("es", "El club pasó de 10 a 25 socios", "El club duplicó... no: triplicó sus socios"),
        ("pt", "A feira passou de 10 para 22 barracas", "A feira triplicou as barracas"),
        ("ru", "Клуб вырос с 10 до 40 человек", "Клуб вырос вдвое"),
        ("ar", "ارتفع عدد الأعضاء من 10 إلى 42", "تضاعف عدد الأعضاء"),
        ("hi", "सदस्य 10 से बढ़कर 42 हुए", "सदस्य दोगुने हुए"),
        ("ja", "会員は10人から42人に増えた", "会員が2倍に"),
        ("zh", "会员从10人增至42人", "会员翻倍"),
        ("en", "Shelter dogs rose from 40 to 90", "Dogs tripled at the shelter"),
        ("en", "The price rose from $4 to $5 and the queue from 10 to 30 people", "The queue doubled"),
        ("es", "Las abejas pasaron de 200 a 900", "Las abejas se duplicaron"),
        ("es", "Las abejas pasaron de 200 a 900", "El número de abejas: el doble"),
        ("pt", "As turmas passaram de 4 para 12", "As turmas dobraram"),
        ("ru", "Читателей стало с 300 до 900", "Читателей вдвое больше"),
        ("ja", "客席は20から80に増えた", "客席が2倍に"),
        ("zh", "座位从20增至80", "座位翻倍"),
        ("hi", "सीटें 20 से बढ़कर 80 हुईं", "सीटें दोगुनी"),
        ("ar", "ارتفعت المقاعد من 20 إلى 80", "تضاعفت المقاعد"),
        ("zh", "夜校学员由500人增至1000人", "学员人数翻了两番"),
        ("zh", "夜校学员由500人增至1000人", "学员人数翻两番"),
        ("zh", "夜校学员由500人增至1500人", "学员增加了一倍"),
        ("en", "60 volunteers cleaned the beach. Last year there were 40.", "Twice as many volunteers as last year"),
        ("en", "The fair drew 900 visitors, 600 the year before", "Visitors doubled"),
        ("es", "60 voluntarios en la playa. El año pasado fueron 40.", "El doble de voluntarios que el año pasado"),
        ("pt", "Mutirão reúne 60 voluntários. No ano passado foram 40.", "Com o dobro de voluntários do ano passado"),
        ("ru", "Пришли 60 волонтёров. В прошлом году было 40.", "Волонтёров вдвое больше, чем год назад"),
        ("ar", "شارك 60 متطوعا. في العام الماضي كانوا 40.", "تضاعف المتطوعون عن العام الماضي"),
        ("hi", "60 स्वयंसेवक आए। पिछले साल 40 थे।", "पिछले साल से दोगुने स्वयंसेवक"),
        ("ja", "古本まつりに1,200人。前年は800人。", "来場者が前年の倍になった古本まつり"),
        ("ja", "古本まつりの来場者は1,200人。前年は800人でした。", "来場者は2倍に"),
        ("zh", "灯会迎来1200名游客，去年为800名", "游客翻倍"),
    ],
)
def test_another_multiple(locale: str, item: str, body: str) -> None:
    assert "grounding.number" in blocked(locale, item, body)


@pytest.mark.parametrize(
    ("locale", "item", "body"),
    [
        ("pt", "O número passou de 41 para 83 casais", "Chegou ao dobro de casais"),
        ("en", "Pairs rose from 41 to 83", "The pairs doubled"),
        ("ja", "41組から83組に増えた", "つがいは二倍に"),
        ("zh", "从41对增至83对", "数量翻倍"),
        ("en", "Open from 9 to 5", "Coffee demand tripled"),
        ("es", "De 8 a 10, el doble de café", "Llévate el doble de café"),
        ("ja", "1組から100組に増えた", "つがいは100倍に"),
        ("en", "The shelter grew from 40 to 90 dogs", "Volunteers doubled down on walks"),
        ("en", "The shelter grew from 40 to 90 dogs", "Double-check the hours: redoubled efforts pay"),
        (
            "en",
            "The bus line went from 12 to 40 stops. Coffee is served aboard.",
            "Coffee sales doubled, says the barista",
        ),
        ("en", "The club rose from 10 to 25 members; attendance was up 100%", "Attendance doubled"),
        ("en", "The club rose from 10 to 25 members. Dues are now 2x.", "Dues doubled at the club"),
        ("en", "A choir went from 8 to 20 voices", "She doubled over laughing"),
        ("en", "The fleet rose from 10 to 35 boats; crews are twice as big", "Crews doubled"),
        ("es", "El museo pasó de 100 a 250 visitas", "Basta el doble clic para reservar"),
        ("es", "La película pasó de 3 a 7 salas", "Habla el doble de Tom Cruise"),
        ("es", "El club pasó de 10 a 25 socios", "Un arma de doble filo: el doble filo del éxito"),
        ("pt", "A feira passou de 10 para 25 barracas", "A fila dobra a esquina"),
        ("pt", "O curso passou de 10 para 25 alunos", "Ele dobrou o guardanapo em cisne"),
        ("ru", "Клуб вырос с 10 до 25 человек", "Сложите салфетку вдвое"),
        ("ru", "Клуб вырос с 10 до 25 человек", "Тренер удвоил внимание к мелочам"),
        ("ar", "ارتفع عدد الأعضاء من 10 إلى 25", "تعرف على نقاط الضعف عندك"),
        ("ar", "ارتفع عدد الأعضاء من 10 إلى 25", "القهوة نقطة ضعفي"),
        ("hi", "सदस्य 10 से बढ़कर 25 हुए", "मज़ा दोगुना, चाय के साथ"),
        ("ja", "会員は10人から25人に増えた", "人一倍の努力で、喜びも倍に"),
        ("zh", "会员从10人增至25人", "快乐翻倍,一起来"),
        ("en", "Open from 2 to 9 players", "The fun doubled"),
        ("en", "Seats went from 120 to 180 after the rebuild. Ticket sales were not counted.", "Ticket sales tripled"),
        ("en", "From 3 to 9 players, ages 8 and up", "Twice as much fun with friends"),
        ("en", "The price rose from $4 to $5 and the queue from 10 to 30 people", "The queue tripled"),
        ("es", "Las abejas pasaron de 200 a 900", "El apicultor sintió el doble de alegría"),
        ("pt", "As turmas passaram de 4 para 12", "A professora dobra lençóis como ninguém"),
        ("ru", "Читателей стало с 300 до 900", "Книга вдвое интереснее"),
        ("ja", "客席は20から80に増えた", "おいしさ2倍、あつあつのまま"),
        ("zh", "座位从20增至80", "好运翻倍"),
        ("hi", "सीटें 20 से बढ़कर 80 हुईं", "दोस्तों के साथ ख़ुशी दुगुनी"),
        ("ar", "ارتفعت المقاعد من 20 إلى 80", "تضاعفت الفرحة"),
        ("zh", "夜校学员由500人增至2000人", "学员人数翻了两番"),
        ("zh", "夜校学员由500人增至1000人", "学员增加了一倍"),
        ("en", "80 volunteers cleaned the beach. Last year there were 40.", "Twice as many volunteers as last year"),
        ("en", "60 volunteers came. Last year there were 40.", "Biscuit sales doubled"),
        ("en", "60 volunteers (last year 40) took 300 kg, last year 150 kg", "Twice as much plastic as last year"),
        ("es", "60 voluntarios en la playa. El año pasado fueron 40.", "El doble de galletas que el año pasado"),
        ("pt", "Mutirão reúne 80 voluntários. No ano passado foram 40.", "Com o dobro de voluntários do ano passado"),
        ("pt", "Mutirão reúne 60 voluntários. No ano passado foram 40.", "A fila dobrou a esquina"),
        ("ru", "Пришли 80 волонтёров. В прошлом году было 40.", "Волонтёров вдвое больше, чем год назад"),
        ("ar", "شارك 80 متطوعا. في العام الماضي كانوا 40.", "تضاعف المتطوعون عن العام الماضي"),
        ("hi", "80 स्वयंसेवक आए। पिछले साल 40 थे।", "पिछले साल से दोगुने स्वयंसेवक"),
        ("ja", "古本まつりに1,600人。前年は800人。", "来場者が前年の倍になった古本まつり"),
        ("ja", "会場には1,200人が来ました。前年は800人でした。", "売り上げは2倍になりました"),
        ("zh", "灯会迎来1600名游客，去年为800名", "游客翻倍"),
    ],
)
def test_no_another_multiple(locale: str, item: str, body: str) -> None:
    assert "grounding.number" not in blocked(locale, item, body)


def test_what_the_item_says_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(facts, "changes_of", lambda text, _: read.append(text) or ())
    about = context(item=Item(title="Pairs rose from 41 to 83", locale="en"))
    for body in ("The pairs tripled", "The pairs quadrupled", "Pairs tripled"):
        check(Copy(body=body), about, PolicySettings())
    assert len(read) == 1
