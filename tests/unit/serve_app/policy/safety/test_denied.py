"""Claims that a copy denies are reviewed, what only looks like one may be sent, and "not all" denies nothing."""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

import time

import pytest

from deployments.types import Copy, Item
from serve_app.policy.context import PolicyContext
from serve_app.policy.safety.text import SafetyRule, safety
from tests.unit.serve_app.policy.judge import PROFILE


def severest(locale: str, about: str, text: str) -> str:
    context = PolicyContext.of(Item(title=about, locale=locale), "", PROFILE)
    actions = [hit.action for hit in safety(Copy(body=text), context, SafetyRule())]
    return "block" if "block" in actions else "review" if actions else ""


@pytest.mark.parametrize(
    ("locale", "about", "text"),
    [
        ("en", "A study", "Immigrants are not criminals, a study says"),
        ("en", "A study", "It is a myth that immigrants are lazy"),
        ("es", "Un estudio", "Los inmigrantes no son delincuentes"),
        ("pt", "Um estudo", "Imigrantes não são criminosos"),
        ("ru", "Исследование", "Мигранты не преступники, говорит исследование"),
        ("zh", "调查", "外地人不是小偷"),
        ("ja", "調査", "外国人は犯罪者ではない"),
        ("hi", "सर्वे", "प्रवासी चोर नहीं हैं"),
        ("ar", "دراسة", "المهاجرون ليسوا لصوصا"),
        ("en", "Tom Reyes opens a café", "Tom Reyes is not a loser"),
        ("es", "Rosa Vega inaugura", "Rosa Vega no es una idiota"),
        ("en", "Study", "Refugees are neither lazy nor thieves"),
        ("en", "Study", "It is false that women can't park"),
        ("en", "Study", "Women aren't stupid"),
        ("es", "Estudio", "Es un mito que los inmigrantes roban"),
        ("es", "Estudio", "Los gitanos no son ni sucios ni ladrones"),
        ("pt", "Estudo", "É mito que imigrantes são preguiçosos"),
        ("ru", "Опрос", "Это миф, что цыгане воруют"),
        ("ru", "Опрос", "Женщины не глупые и не ленивые"),
        ("zh", "调查", "女人并不是没脑子"),
        ("hi", "सर्वे", "प्रवासी आलसी नहीं होते"),
        ("ar", "دراسة", "من الخرافات أن المهاجرين لصوص"),
        ("en", "Study", "Nobody should call immigrants criminals: it is a stereotype"),
        ("zh", "调查", "外地人素质低是偏见"),
        ("ja", "調査", "外国人が泥棒だというのは偏見です"),
        ("ar", "دراسة", "النساء لسن كسالى"),
        ("en", "Market", "Immigrants: not lazy. Not thieves. Not listening."),
        ("en", "Market", "Who says women can't park?"),
        ("ja", "市場", "外国人は泥棒ではないか"),
        ("hi", "बाज़ार", "प्रवासी चोर नहीं तो क्या हैं"),
    ],
)
def test_a_denied_claim_is_reviewed(locale: str, about: str, text: str) -> None:
    assert severest(locale, about, text) == "review"


@pytest.mark.parametrize(
    ("locale", "about", "text"),
    [
        ("en", "A study", "Immigrants are not only thieves but liars"),
        ("en", "A study", "Not all immigrants are criminals"),
        ("en", "A study", "It is no myth that immigrants are thieves"),
        ("ja", "調査", "外国人は泥棒、偏見ではない"),
        ("en", "A study", "Immigrants are criminals not victims"),
        ("es", "Estudio", "No es un mito: los gitanos son ladrones"),
        ("en", "Chess", "Women are not as stupid as you think"),
        ("en", "A study", "Immigrants are criminals, not victims"),
        ("en", "Jobs", "Immigrants just don't want to work"),
        ("en", "Park", "Wide bays, because women can't park"),
        ("en", "Park", "Women really can't park"),
        ("es", "Un estudio", "No todos los inmigrantes son delincuentes"),
        ("es", "Un estudio", "Los inmigrantes no solo son vagos, también mentirosos"),
        ("pt", "Um estudo", "Nem todo imigrante é criminoso"),
        ("ru", "Исследование", "Не все мигранты преступники"),
        ("ru", "Работа", "Мигранты просто не хотят работать"),
        ("zh", "调查", "不是所有外地人都是小偷"),
        ("zh", "穷", "穷人活该受穷"),
        ("zh", "车", "女人就是不会停车"),
        ("ja", "調査", "外国人は犯罪者だけではなく嘘つきだ"),
        ("hi", "सर्वे", "सब प्रवासी चोर नहीं होते"),
        ("ar", "دراسة", "ليس كل المهاجرين لصوصا"),
        ("en", "Study", "Immigrants aren't just lazy, they are thieves"),
        ("en", "Study", "Are immigrants not thieves?"),
        ("en", "Study", "Not every immigrant is a thief"),
        ("en", "Jobs", "The unemployed don't want to work"),
        ("es", "Estudio", "Los gitanos no son tan sucios"),
        ("es", "Trabajo", "Los inmigrantes no quieren trabajar"),
        ("pt", "Estudo", "Os ciganos não são só ladrões, são mentirosos"),
        ("pt", "Trabalho", "Os imigrantes não querem trabalhar"),
        ("ru", "Опрос", "Женщины не такие глупые"),
        ("zh", "工作", "女人天生不会开车"),
        ("ja", "調査", "女は運転が下手"),
        ("hi", "सर्वे", "प्रवासी आलसी होते हैं"),
        ("ar", "دراسة", "المهاجرون ليسوا لصوصا فقط بل كذابون"),
        ("en", "Market", "No, immigrants are thieves"),
        ("en", "Market", "Immigrants never work, they steal"),
        ("en", "Market", "It's not that immigrants are lazy, they just steal"),
        ("es", "Mercado", "No, los inmigrantes son ladrones"),
        ("es", "Mercado", "Nadie duda: los gitanos son ladrones"),
        ("pt", "Mercado", "Não é segredo que ciganos são ladrões"),
        ("ru", "Рынок", "Не секрет, что цыгане воруют"),
        ("zh", "市场", "没有一个外地人不是小偷"),
        ("ar", "سوق", "لا شك أن المهاجرين لصوص"),
        ("en", "Farm", "Immigrants are animals"),
        ("en", "Coupon", "Teens are only good for gossip"),
        ("es", "Granja", "Los gitanos son cerdos"),
        ("zh", "环保", "外地人都是垃圾"),
        ("hi", "सफ़ाई", "प्रवासी गंदे होते हैं"),
        ("ar", "نظافة", "المهاجرون قذرون"),
        ("en", "A day", "Migrants are all so lazy"),
        ("en", "A day", "Immigrants: lazy, filthy, stupid"),
        ("en", "A day", "Lazy migrants move in"),
        ("en", "A day", "Those immigrants are nothing but animals"),
        ("en", "A day", "The homeless are filthy and smelly"),
        ("en", "A day", "Teenagers these days are just lazy"),
        ("es", "A day", "Los inmigrantes, unos cerdos"),
        ("es", "A day", "Los inmigrantes huelen mal y son sucios"),
        ("es", "A day", "Sucios gitanos en la plaza"),
        ("es", "A day", "Los gitanos siempre tan sucios"),
        ("pt", "A day", "Os imigrantes são uns porcos"),
        ("pt", "A day", "Ciganos sujos na praça"),
        ("ru", "A day", "Цыгане всегда грязные"),
        ("ru", "A day", "Мигранты — дикари"),
        ("ru", "A day", "Эти мигранты такие ленивые"),
        ("zh", "A day", "外地人又脏又臭"),
        ("zh", "A day", "外地人办合唱团？都是些垃圾"),
        ("en", "A day", "Immigrants open a choir: all animals"),
        ("zh", "A day", "外地人真是垃圾"),
        ("zh", "A day", "这些外地人就是垃圾"),
        ("ja", "A day", "外国人はクズばかり"),
        ("ja", "A day", "外国人はみんなクズだ"),
        ("hi", "A day", "प्रवासी बहुत गंदे हैं"),
        ("hi", "A day", "गंदे प्रवासी शहर में"),
        ("ar", "A day", "المهاجرون كلهم قذرون"),
        ("ar", "A day", "مهاجرون قذرون في المدينة"),
    ],
)
def test_a_claim_about_a_group_is_blocked(locale: str, about: str, text: str) -> None:
    assert severest(locale, about, text) == "block"


@pytest.mark.parametrize(
    ("locale", "about", "text"),
    [
        ("en", "Boots", "These women's boots, by design, lack laces"),
        ("en", "Course", "Teens can't wait to learn this dance"),
        ("en", "Law", "In the years when women couldn't drive, she did"),
        ("en", "Jobs", "Jobs for women who don't want to work nights"),
        ("en", "Class", "Pensioners, you are never too old to learn"),
        ("en", "Ad", "Women can't park here after 8, nor can anyone else"),
        ("es", "Ley", "Cuando las mujeres no podían conducir, ella lo hizo"),
        ("es", "Curso", "Los jubilados no pueden dejar de aprender"),
        ("es", "Horario", "Las mujeres que no quieren trabajar de noche ya tienen turno"),
        ("pt", "Horário", "Mulheres que não querem trabalhar aos domingos"),
        ("pt", "Curso", "Aposentados nunca param de aprender"),
        ("ru", "График", "Женщины, которые не хотят работать ночью"),
        ("ru", "Курс", "Пенсионерам никогда не поздно учиться"),
        ("zh", "车站", "老人不会开车也能到的菜市场"),
        ("zh", "比赛", "这群大妈这么拼,活该她们拿冠军"),
        ("zh", "导航", "外地人开车不会迷路了"),
        ("ja", "講座", "お年寄りもスマホは無理なく使えます"),
        ("hi", "काम", "औरतें जो रात में काम नहीं करना चाहतीं"),
        ("ar", "عمل", "نساء لا يردن العمل ليلا"),
        ("en", "Tour", "Teens can't stop learning to cook"),
        ("en", "Parking", "Women can't park on Elm Street until May"),
        ("en", "Jobs", "Teens don't want to work weekends, a survey says"),
        ("en", "Class", "It is never too late: pensioners learn to drive"),
        ("es", "Trabajo", "Las mujeres no quieren trabajar los domingos"),
        ("ru", "Опрос", "Пенсионеры никогда не устают учиться"),
        ("zh", "工作", "女人天生不会老"),
        ("zh", "新店", "外地人倒车不会慌"),
        ("ja", "講座", "年寄りでもパソコンは苦手克服"),
        ("en", "Coupon", "A coupon only good for pensioners"),
        ("en", "Coupon", "This serum is just good for teens"),
        ("en", "Tour", "Mind the elderly crossing on Elm Street"),
        ("en", "Film", "Women steal the show in this heist film"),
        ("en", "Cafe", "A cafe where deaf baristas and lazy cats work"),
        ("en", "Zoo", "Teenagers feed animals at the zoo"),
        ("en", "Farm", "Refugees adopt animals on an island farm"),
        ("en", "Dogs", "Women who drive savages? No: sled dogs"),
        ("es", "Granja", "Los jubilados cuidan cerdos en su granja"),
        ("es", "Jardín", "Mujeres que limpian playas sucias"),
        ("pt", "Fazenda", "Aposentados criam porcos na serra"),
        ("pt", "Trilha", "Mulheres cruzam caminhos perigosos de bicicleta"),
        ("ru", "Ферма", "Пенсионеры кормят диких уток"),
        ("zh", "环保", "外卖员清理河边垃圾"),
        ("zh", "公益", "老人捡垃圾换鸡蛋"),
        ("ja", "掃除", "外国人がクズ野菜でスープを作る"),
        ("hi", "सफ़ाई", "औरतें गंदे तालाब साफ़ करती हैं"),
        ("ar", "نظافة", "مهاجرون ينظفون شاطئا قذرا"),
        ("en", "A day", "Nurses for the elderly adopt smelly dogs"),
        ("en", "A day", "Girls race backward on ice"),
        ("es", "A day", "Las mujeres del faro limpian cristales sucios"),
        ("pt", "A day", "Idosos salvam animais selvagens: refugiados ajudam porcos"),
        ("ru", "A day", "Таджики отмыли грязные стены"),
        ("zh", "A day", "外地人帮忙捡垃圾"),
        ("hi", "A day", "मज़दूर गंदे नाले साफ़ करते हैं"),
        ("ar", "A day", "لاجئون يجمعون زبالة الشاطئ"),
    ],
)
def test_what_is_no_claim_about_a_group(locale: str, about: str, text: str) -> None:
    assert severest(locale, about, text) != "block"


@pytest.mark.parametrize("text", ["women are not thieves or " * 400, "migrants, myth, not lazy nor lazy " * 300])
def test_a_long_denial_is_read_in_time(text: str) -> None:
    severest("en", "x", "warm up")
    began = time.thread_time()
    severest("en", "A study", text[:10_000])
    assert time.thread_time() - began < 0.5
