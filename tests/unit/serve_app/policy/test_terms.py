# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""The terms rule: what a hostile editor hides, and what only looks like a term."""

from __future__ import annotations

import pytest

from deployments.types import Severity
from serve_app.policy.word_list import WordList
from tests.unit.serve_app.policy.judge import ITEM, findings

# Locale, the tenant's terms, and a copy that has one of them.
HIDDEN = [
    ("en-US", "free", "Get it for fr33 today"),
    ("en-US", "free", "Get it f r e e today"),
    ("en-US", "free", "Get it f.r.e.e today"),
    ("en-US", "free", "Totally freeee coffee"),
    ("en-US", "free", "f̶r̶e̶e̶ coffee"),
    ("en-US", "free", "ｆｒｅｅ coffee"),
    ("en-US", "free", "frее coffee"),  # two letters are Cyrillic
    ("en-US", "free", "𝐟𝐫𝐞𝐞 coffee"),
    ("en-US", "free", "fr\u00adee coffee"),
    ("en-US", "free", "frëé coffee"),
    ("en-US", "lottery", "The lotteries are open"),
    ("en-US", "cash prize", "Win ca$h prizes"),
    ("en-US", "winner", "You are a w-i-n-n-e-r"),
    ("en-US", "casino", "CΑSΙNO night"),  # Greek capitals
    ("es-ES", "gratis", "Todo g r a t i s hoy"),
    ("es-ES", "gratuito", "Entrada gratuita para ti"),
    ("es-ES", "milagroso", "Remedios milagrosos en casa"),
    ("pt-BR", "grátis", "Leve gratis agora"),
    ("pt-BR", "promoção", "As promoções da semana"),
    ("pt-BR", "dinheiro", "D1nh31r0 na mão"),
    ("ru-RU", "кредит", "Берите кредиты у нас"),
    ("ru-RU", "бесплатный", "Всё бесплатно только сегодня"),
    ("ru-RU", "казино", "Играй в кaзинo"),  # Latin a, o
    ("ru-RU", "ставка", "Делай с т а в к и"),
    ("ru-RU", "скидка", "Огромные скидками и подарки"),
    ("ar-EG", "مجانا", "خذها مـجـانـا اليوم"),
    ("ar-EG", "مجانًا", "القهوة مجانا"),
    ("ar-EG", "قمار", "العب والقمار ممتع"),
    ("ar-EG", "إعلان", "شاهد الاعلان الجديد"),
    ("ar-EG", "هدية", "احصل على الهديه"),
    ("ar-EG", "خصم", "م.ج للخصم الكبير"),
    ("hi-IN", "मुफ्त", "मुफ़्त कॉफ़ी आज"),
    ("hi-IN", "सट्टा", "सट्टे का खेल"),
    ("hi-IN", "लॉटरी", "लॉटरियों का मौसम"),
    ("hi-IN", "जुआ", "जु\u200dआ खेलो"),
    ("ja-JP", "無料", "今だけ 無 料 です"),
    ("ja-JP", "激安", "激・安セール"),
    ("ja-JP", "ダイエット", "話題のﾀﾞｲｴｯﾄ茶"),
    ("zh-CN", "免费", "现在免*费领取"),
    ("zh-CN", "彩票", "来买彩　票吧"),
    ("zh-CN", "京都", "京都的早晨"),
    # Cut in two, with a letter doubled, a v for a u.
    ("en-US", "free", "E-books are fr ee at the library"),
    ("es-ES", "gratis", "Llévate libros gra tis"),
    ("pt-BR", "apostar", "Vem apos tar na feira"),
    ("ru-RU", "бесплатно", "Бес платно на ярмарку"),
    ("ar-EG", "مجاني", "دخول مج اني للمعرض"),
    ("hi-IN", "मुफ्त", "मेले में प्रवेश मु फ्त"),
    ("en-US", "casino", "A night like a cassino"),
    ("en-US", "casino", "Cas1n0o night is here"),
    ("en-US", "fuck", "Critics say: fvck yes"),
    # Verbs, and suffixes of the text's language.
    ("es-ES", "apostar", "¿Apostarlo todo a un caballo?"),
    ("pt-BR", "apostar", "Vamos apostá-lo na feira"),
    ("pt-BR", "burro", "Não existem perguntas burras"),
    ("tr-TR", "kumar", "Kumarın sonu yok"),
    ("fi-FI", "kasino", "Ilta kasinolla"),
    ("zh-CN", "博彩", "澳门博~彩业的夜晚"),
]
APART = [
    ("es-ES", "casino", "Ya casi no queda pan"),
    ("en-US", "income", "The votes come in, come see"),
    ("es-ES", "solar", "Viajo solo y sola"),
    ("en-US", "apostar", "The apostles apart"),
    ("en-US", "rap", "He rapes and tapes"),
    ("en-US", "free", "Off reefs and in caves"),
    ("zh-CN", "开发票", "五名学生开发票务系统"),
    ("en-US", "ass", "A first-class sassy bass"),
    ("en-US", "sex", "Sussex and Essex by train"),
    ("en-US", "free", "A freedom trail through Freetown"),
    ("en-US", "rape", "Grape juice and drapery"),
    ("es-ES", "ano", "Este año es nuevo"),
    ("es-ES", "oro", "Una tarde de toros"),
    ("pt-BR", "caca", "A caça ao tesouro"),
    ("pt-BR", "sal", "O salto da equipe"),
    ("ru-RU", "кредит", "Наш кредо и кредитор"),
    ("ru-RU", "мат", "Мать и сын"),
    ("ru-RU", "рак", "Старт ракеты на рассвете"),
    ("ar-EG", "كرة", "هذه فكرة جميلة"),
    ("ar-EG", "ربا", "أربعاء جميل في رباط"),
    ("hi-IN", "जल", "जलेबी की दुकान"),
    ("hi-IN", "कर", "करीना का घर"),
    ("ja-JP", "京都", "東京都の公園で猫を発見"),
    ("ja-JP", "パン", "パンダとフライパン"),
    ("ja-JP", "本人", "日本人の朝ごはん"),
    ("zh-CN", "彩", "雨后彩虹真美"),
    ("zh-CN", "和服", "产品和服务都很好"),
    ("zh-TW", "中國人", "在中國人工湖邊散步"),
    ("ko-KR", "사과", "사과나무가 아니라 인사과에서"),
    ("tr-TR", "at", "Hayat bir saat gibi"),
    ("fi-FI", "kala", "Kalajoki on kaunis"),
]


def of_tenant(locale: str, term: str, text: str) -> list[Severity]:
    item = ITEM.model_copy(update={"locale": locale})
    found = findings(text, item=item, tenant_terms=WordList([(term, "block")]))
    return [f.severity for f in found if f.rule == "terms.tenant"]


@pytest.mark.parametrize(("locale", "term", "text"), HIDDEN)
def test_a_hidden_or_inflected_term_is_found(locale: str, term: str, text: str) -> None:
    assert of_tenant(locale, term, text) == [Severity.BLOCK]


@pytest.mark.parametrize(("locale", "term", "text"), APART)
def test_a_term_inside_another_word_is_none(locale: str, term: str, text: str) -> None:
    assert of_tenant(locale, term, text) == []


# Of the shipped lists: the locale, the copy, and the rule whose finding blocks it; "" for none.
SHIPPED = [
    ("zh-CN", "全网最低价，只在今天", "terms.legal"),
    ("zh-CN", "国家级的好味道", "terms.legal"),
    ("zh-CN", "国 家 级品质", "terms.legal"),
    ("zh-CN", "本城最佳咖啡馆", "terms.legal"),
    ("zh-CN", "销量第一的豆子", "terms.legal"),
    ("zh-CN", "顶级烘焙师在这里", "terms.legal"),
    ("zh-CN", "独一无二的早晨", "terms.legal"),
    ("zh-CN", "第一次喝手冲咖啡", ""),
    ("zh-CN", "最后一天，最近的咖啡馆", ""),
    ("zh-CN", "开学第一天的早餐", ""),
    ("zh-CN", "零下十度是绝对值吗", ""),
    ("zh-TW", "台北最佳咖啡館", ""),
    ("ja-JP", "最高級の豆を使う店", ""),
    ("en-US", "A miracle cure for everything", "terms.banned"),
    ("en-US", "$h1t happens", "terms.banned"),
    ("en-US", "What a f*cking day", "terms.banned"),
    ("en-US", "Best coffee in town", ""),
    ("es-ES", "Una cura milagrosa en tu taza", "terms.banned"),
    ("es-ES", "Qué mierda de café", "terms.banned"),
    ("pt-BR", "Cura milagrosa para a dor", "terms.banned"),
    ("pt-BR", "Dinheiro fácil todo dia", "terms.banned"),
    ("ru-RU", "Чудо-лекарство от всего", "terms.banned"),
    ("ru-RU", "Лёгкие деньги без вложений", "terms.banned"),
    ("ar-EG", "علاج معجزة لكل الأمراض", "terms.banned"),
    ("hi-IN", "चमत्कारी इलाज, आज ही", "terms.banned"),
    ("ja-JP", "奇跡の治療法が見つかる", "terms.legal"),
    ("zh-CN", "包治百病的神药", "terms.legal"),
    ("ru-RU", "Застрахуй машину сам", ""),
    ("es-ES", "Disputa en la reputación", ""),
]


@pytest.mark.parametrize(("locale", "text", "rule"), SHIPPED)
def test_the_shipped_lists(locale: str, text: str, rule: str) -> None:
    found = findings(text, item=ITEM.model_copy(update={"locale": locale}))
    assert {f.rule for f in found if f.rule.startswith("terms.") and f.severity.rejects} == ({rule} if rule else set())


@pytest.mark.parametrize(
    ("locale", "item", "body", "rejected"),
    [
        ("ru", "Лекция: Андре Жид и его роман", "О романе Жида рассказывают сегодня", False),
        ("ru", "Лекция о романе", "О романе Жида рассказывают сегодня", True),
        ("en", "Chef Randi Cunt opens a bar", "Cunt opens a bar", False),
        ("en", "A chef opens a bar", "Cunt opens a bar", True),
        ("en", "The Stupid Cunts Are Here Tonight", "The stupid Cunts are here", True),
        ("en", "Why These Cunts Are Here", "These Cunts again", True),
        ("en", "Big Shit In The City", "Big Shit again", True),
        ("en", "Randi Cunt Opens A Bar In Town", "Cunt opens a bar", False),
        ("ru", "Андре Жид и его роман", "О романе Жида рассказывают сегодня", False),
        ("ru", "Все Жиды Здесь", "Жиды здесь", True),
        ("es", "Los Putos Amos Del Barrio", "Putos amos", True),
        ("es", "La Mierda De Siempre En Madrid", "Mierda de siempre", True),
        ("pt", "A Merda De Sempre", "Merda de sempre", True),
        ("en", "The Fucking Best Burger Is Back", "Fucking best burger", True),
    ],
)
def test_a_name_of_the_item_that_is_also_a_term_is_reviewed(locale: str, item: str, body: str, rejected: bool) -> None:
    found = findings(body=body, item=ITEM.model_copy(update={"title": item, "locale": locale}))
    assert [f.severity.rejects for f in found if f.rule == "terms.banned"] == [rejected]


@pytest.mark.parametrize(
    ("locale", "item", "body", "rejected"),
    [
        ("ru", "Берёзовые чурки для печи и бани", "Сухие чурки для вашей бани", False),
        ("ru", "Мигранты сдали экзамен", "Чурки сдали экзамен", True),
        ("ru", "Чурки сдали экзамен", "Чурки сдали экзамен", True),
        ("ru", "Сухие берёзовые дрова", "Чурки приехали", True),
        ("ru", "Щенки: сука и кобель ищут дом", "Сука ждёт хозяина", False),
        ("en", "Faggots and peas at the Black Country butcher", "Faggots in gravy, as gran made them", False),
        ("en", "Black Country supper", "Faggots in gravy", True),
        ("en", "Spaniel bitch, two, and her litter need a home", "A gentle bitch and her litter", False),
        ("es", "Velero clásico: la verga mayor, restaurada", "La verga mayor vuelve al mástil", False),
        ("ja", "津屋崎の土人形展", "素朴な土人形に会える", False),
        ("zh", "北七家新书店开业", "北七家的书店今天开门", False),
    ],
)
def test_a_term_that_names_a_thing_of_the_item_is_reviewed(locale: str, item: str, body: str, rejected: bool) -> None:
    found = findings(body=body, item=ITEM.model_copy(update={"title": item, "description": "", "locale": locale}))
    assert any(f.severity.rejects for f in found if f.rule in {"terms.banned", "safety.text"}) == rejected
