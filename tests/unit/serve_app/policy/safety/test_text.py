"""Demeaning copy is blocked; groups that are named with respect are not."""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

import time

import pytest

from deployments.types import Copy, Item
from serve_app.policy.context import PolicyContext
from serve_app.policy.safety.text import SafetyRule, safety
from tests.unit.serve_app.policy.judge import PROFILE

# locale, item title, copy
DEMEANING = [
    ("en", "Immigrant bakers win a city prize", "Immigrants are thieves, but the bread is good"),
    ("en", "A women's chess club opens", "Women are too stupid for chess? Look again"),
    ("en", "Muslim nurses run a night clinic", "Beware of the Muslims on the night shift"),
    ("en", "Romanian builders restore a chapel", "Watch your wallet, the Romanians are in the chapel"),
    ("en", "Actor Tom Reyes opens a café", "Tom Reyes is a loser with a coffee machine"),
    ("en", "Actor Tom Reyes opens a café", "The real reason Tom Reyes is divorced: he is gay"),
    ("en", "Singer Ana Prado turns 60", "Ana Prado: fat, old and still singing"),
    ("en", "Kids paint a mural", "Even the retards can paint"),
    ("es", "Vecinos marroquíes abren una panadería", "Los marroquíes son unos vagos, pero el pan está bueno"),
    ("es", "Un coro de mujeres en Sevilla", "Las mujeres no deberían poder dirigir un coro"),
    ("es", "La alcaldesa Rosa Vega inaugura el parque", "Rosa Vega, una idiota con tijeras"),
    ("es", "Rumanos arreglan el puente", "Cuidado con los rumanos del puente"),
    ("es", "La cantante Ana Prado cumple 60", "Ana Prado, gorda y vieja, canta otra vez"),
    ("pt", "Ciganos tocam na praça", "Olho na carteira: os ciganos tocam na praça"),
    ("pt", "Baianos abrem restaurante em Curitiba", "Baianos preguiçosos abrem restaurante"),
    ("pt", "O ator Rui Melo volta ao palco", "Rui Melo, o fracassado, volta ao palco"),
    ("pt", "Angolanos ensinam kuduro", "Até os angolanos sabem ensinar: são todos burros, dizem"),
    ("ru", "Узбекские пекари открыли лавку", "Узбеки грязные, но лепёшки вкусные"),
    ("ru", "Цыганский ансамбль в театре", "Держите кошельки: цыгане в театре"),
    ("ru", "Женщины-пилоты летят на север", "Женщинам не место за рулём: пилоты летят на север"),
    ("ru", "Мигранты сдали экзамен", "Чурки сдали экзамен"),
    ("zh", "外卖员写诗获奖", "外卖员都没文化，居然会写诗"),
    ("zh", "东北人开花店", "东北人骗人？这家花店不一样"),
    ("zh", "女司机开公交二十年", "女司机都是马路杀手，她是例外"),
    ("zh", "印度人在义乌做生意", "小心印度人，义乌又来一批"),
    ("ja", "クルド人が開いた食堂", "クルド人は犯罪者、でも料理はうまい"),
    ("ja", "ネパール人のカレー店", "ネパール人のくせに味噌汁も出す"),
    ("ja", "女性ドライバーのバス", "女は運転が下手、なのにバス運転手"),
    ("ja", "ゴミ拾いをするホームレスの人々", "ホームレスは怠け者ばかり、と思ったら"),
    ("ar", "لاجئون يزرعون حديقة", "اللاجئون لصوص، لكن الحديقة جميلة"),
    ("ar", "عمال هنود يبنون جسرا", "احذروا الهنود قرب الجسر"),
    ("ar", "فلاحون يفتحون مكتبة", "الفلاحون جهلة وفتحوا مكتبة"),
    ("ar", "ممثلة تعود إلى المسرح", "عاهرة تعود إلى المسرح"),
    ("hi", "नेपाली रसोइयों का ढाबा", "नेपाली चोर हैं, पर खाना अच्छा है"),
    ("hi", "आदिवासी कलाकारों की प्रदर्शनी", "आदिवासी जाहिल नहीं? देखिए चित्र"),
    ("hi", "महिलाओं की क्रिकेट टीम", "औरतों को गाड़ी नहीं चलानी चाहिए, क्रिकेट तो दूर"),
    ("hi", "गायक रवि मेहरा का नया गीत", "रवि मेहरा: मोटा, बदसूरत और फिर भी हिट"),
]
RESPECTFUL = [
    ("en", "Thieves return a violin", "Thieves return a violin to a Muslim teacher"),
    ("en", "Women's team wins the cup", "The women stole the show, and the cup"),
    ("en", "A gay couple opens a bakery", "A gay couple and their sourdough"),
    ("en", "Heat wave: care for elderly neighbours", "Look in on elderly neighbours today"),
    ("en", "Cheap flights for women travellers", "Women who travel alone share their cheapest finds"),
    ("en", "Ten dirty kitchen hacks", "Dirty oven? Mexican limes do the job"),
    ("en", "Blue tits nest in a shoe", "A pair of blue tits moved into an old shoe"),
    ("en", "A deaf barista", "Order your coffee in sign language"),
    ("es", "Ajo negro de Chile", "El ajo negro que enamora a los chilenos"),
    ("es", "Ladrones devuelven un cuadro", "Los ladrones devolvieron el cuadro a una familia gitana"),
    ("es", "Cuidado con el hielo", "Cuidado con el hielo esta mañana"),
    ("es", "Las mujeres del mercado", "Ellas llevan el mercado desde hace cien años"),
    ("pt", "Receita baiana", "Acarajé baiano em três passos"),
    ("pt", "Idosos e o calor", "Cuidado com o calor: água para os idosos"),
    ("ru", "Узбекская кухня", "Плов по рецепту узбекской бабушки"),
    ("ru", "Гололёд", "Осторожно, гололёд: пенсионерам лучше переждать"),
    ("ru", "Дикие утки", "Дикие утки вернулись в парк"),
    ("zh", "臭豆腐小店", "老街的臭豆腐，街坊都排队"),
    ("zh", "路面结冰", "小心路滑，老人出门请慢行"),
    ("zh", "抢购开始", "新款到店，抢先看"),
    ("ja", "高齢者の体操教室", "高齢者の体操教室、今日も満員です"),
    ("ja", "盗塁王の引退", "盗塁王が語る最後の一歩"),
    ("ar", "طبخ سوري", "ثلاث وصفات من مطبخ سوري دافئ"),
    ("ar", "كبار السن والحر", "ماء وظل لكبار السن اليوم"),
    ("hi", "बिहारी व्यंजन", "लिट्टी चोखा: बिहारी रसोई से"),
    ("hi", "दलित कवयित्री", "दलित कवयित्री की नई किताब"),
    ("sw", "Chakula cha pwani", "Pilau ya Mombasa kwa familia nzima"),
]


def severest(locale: str, about: str, text: str) -> str:
    context = PolicyContext.of(Item(title=about, locale=locale), "", PROFILE)
    actions = [hit.action for hit in safety(Copy(body=text), context, SafetyRule())]
    return "block" if "block" in actions else "review" if actions else ""


# locale, copy: none has a word that demeans by itself.
STEREOTYPES = [
    ("en", "Wide bays, because women can't park"),
    ("en", "Immigrants only know how to take"),
    ("en", "The club for old people who can't use a computer"),
    ("en", "Girls aren't made for maths"),
    ("en", "Women are just not good for anything, only good for gossip"),
    ("es", "Plazas anchas: las mujeres no saben aparcar"),
    ("es", "Los andaluces nunca llegan a tiempo"),
    ("es", "Los inmigrantes solo saben ensuciar"),
    ("es", "Las mujeres tienen menos cerebro, pero ganan"),
    ("pt", "Vagas largas porque mulher não sabe estacionar"),
    ("pt", "Nordestino só sabe pedir"),
    ("pt", "Aposentados nunca aprendem? Curso grátis"),
    ("ru", "Убираем за приезжими: они только гадить и умеют"),
    ("ru", "Женщины парковаться так и не научились"),
    ("ru", "Пенсионеры никогда не поймут кнопку"),
    ("ar", "مواقف واسعة لأن النساء لا يعرفن الركن"),
    ("ar", "المهاجرون لا يجيدون إلا رمي القمامة"),
    ("hi", "औरतों को गाड़ी पार्क करना नहीं आता"),
    ("hi", "बिहारी सिर्फ गंदगी छोड़ना जानते हैं"),
    ("hi", "लड़कियों में दिमाग कम होता है"),
    ("ja", "女は駐車ができないから広い枠"),
    ("ja", "外国人はゴミを散らかすことしかできない"),
    ("ja", "年寄りにパソコンは無理"),
    ("zh", "女人就是不会停车，所以车位加宽"),
    ("zh", "外地人只会乱扔垃圾"),
    ("zh", "老人永远学不会电脑"),
]
# What a group may not do, what only it can, and praise.
NONE = [
    ("en", "The club where women can't vote"),
    ("en", "The winter immigrants never forget"),
    ("en", "Only women know how to read this knitting chart"),
    ("en", "Teens can't put this puzzle down"),
    ("en", "Parking for women opens: you can't miss it"),
    ("es", "Los jubilados que nunca dejan de bailar"),
    ("es", "Solo las mujeres saben pedir este postre"),
    ("pt", "O clube onde mulheres não podem entrar"),
    ("pt", "Só as mulheres sabem pedir este prato"),
    ("ru", "Здесь пенсионеры никогда не скучают"),
    ("ru", "Только женщины умеют так слушать"),
    ("ar", "النادي الذي لا تستطيع النساء التصويت فيه"),
    ("hi", "यह राज सिर्फ औरतें जानती हैं"),
    ("ja", "女性が投票できないクラブ"),
    ("ja", "外国人しか知らない東京"),
    ("zh", "老人不会忘记的老味道"),
]


@pytest.mark.parametrize(("locale", "text"), STEREOTYPES)
def test_a_stereotype_demeans_without_a_listed_insult(locale: str, text: str) -> None:
    assert severest(locale, "Park", text) == "block"
    assert severest(locale, text, text) != "block"  # an item's own subject


@pytest.mark.parametrize(("locale", "text"), NONE)
def test_what_a_group_may_not_or_alone_can_do_is_no_stereotype(locale: str, text: str) -> None:
    assert severest(locale, "Park", text) != "block"


@pytest.mark.parametrize(("locale", "about", "text"), DEMEANING)
def test_demeaning_copy_is_blocked(locale: str, about: str, text: str) -> None:
    assert severest(locale, about, text) == "block"


@pytest.mark.parametrize(("locale", "about", "text"), RESPECTFUL)
def test_respectful_copy_is_not_blocked(locale: str, about: str, text: str) -> None:
    assert severest(locale, about, text) != "block"


def test_what_the_item_is_about_is_reviewed() -> None:
    assert severest("en", "Why the word slut was reclaimed", "How slut became a word of pride") == "review"


def test_the_span_is_the_words() -> None:
    context = PolicyContext.of(Item(title="Tom Reyes opens a café"), "", PROFILE)
    (hit,) = safety(Copy(title="Coffee", body="Tom Reyes is a Loser"), context, SafetyRule())
    assert (hit.field, hit.text, hit.span) == ("body", "Loser", (15, 20))


@pytest.mark.parametrize("text", ["women thieves " * 700, "小偷女人" * 2_500, "а" * 10_000, "Tom Reyes " * 1_000])
def test_a_long_text_is_read_in_time(text: str) -> None:
    severest("zh" if text[0] == "小" else "en", "x", "warm up")
    began = time.thread_time()
    severest("zh" if text[0] == "小" else "en", "Tom Reyes", text[:10_000])
    assert time.thread_time() - began < 0.2


def _blocked(text: str, locale: str) -> set[str]:
    item = Item(title="A meeting on Friday", locale=locale)
    hits = safety(Copy(title="", body=text), PolicyContext.of(item, "", PROFILE), SafetyRule())
    return {hit.rule for hit in hits if hit.action == "block"}


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("ar", "النساء بطبعهن لا يفهمن في السيارات"),
        ("pt", "Gordo só é gordo por preguiça e dá vergonha na praia."),
        ("en", "Women by nature don't understand cars"),
        ("en", "The poor are only poor out of laziness"),
        ("es", "Las mujeres por naturaleza no entienden de coches"),
        ("es", "El gordo solo es gordo por flojera"),
        ("pt", "Mulheres por natureza não entendem de carros"),
        ("ru", "Женщины от природы не понимают в машинах"),
        ("ru", "Толстые толстеют только из-за лени"),
        ("hi", "औरतें स्वभाव से ही नहीं समझतीं गाड़ियाँ"),
        ("ja", "女は生まれつき車が理解できない"),
        ("ja", "デブは怠けているだけ"),
        ("zh", "女人天生不懂车"),
        ("zh", "胖子就是懒"),
        ("ar", "السمين سمين فقط بسبب الكسل"),
        ("hi", "मोटे लोग सिर्फ आलस से मोटे हैं"),
    ],
)
def test_claim_about_a_group(locale: str, text: str) -> None:
    assert _blocked(text, locale) & {"safety.text"}


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "Women by nature? A new book asks why we say so"),
        ("zh", "女人天生爱美"),
        ("pt", "Gordo Ramsay só cozinha por prazer"),
        ("es", "Un gato gordo que no sabe dormir solo"),
        ("pt", "Um gato gordo só por preguiça de correr"),
        ("ar", "ورشة للنساء عن السيارات"),
        ("en", "Naturally, women can't wait for the new season"),
        ("ja", "女は海が好き"),
    ],
)
def test_no_claim_about_a_group(locale: str, text: str) -> None:
    assert not _blocked(text, locale) & {"safety.text"}
