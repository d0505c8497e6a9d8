"""Claims that a market's law bars in advertising; and copies that only look alike."""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

import time

import pytest

from deployments.types import Severity
from tests.unit.serve_app.policy.judge import ITEM, findings


def severities(text: str, locale: str, title: str = "") -> list[Severity]:
    found = findings(body=text, item=ITEM.model_copy(update={"locale": locale, "title": title or ITEM.title}))
    return [f.severity for f in found if f.rule == "terms.legal"]


def blocked(text: str, locale: str, title: str = "") -> bool:
    return any(severity.rejects for severity in severities(text, locale, title))


CLAIMS = [
    # Food against a disease.
    ("en-GB", "A cup a day sees off tumours. Hedgerow Turmeric Blend, 40 bags."),
    ("en-US", "Our ginger tea is the natural way to beat cancer"),
    ("en-US", "These mushroom drops shrink tumours while you sleep"),
    ("es-ES", "Una infusión de cúrcuma que vence al cáncer"),
    ("es-MX", "Las gotas que acaban con la artritis, 100 % natural"),
    ("pt-BR", "O chá de ervas que derrota o câncer"),
    ("pt-PT", "Uma colherada de mel mata tumores"),
    ("ru-RU", "Травяной сбор побеждает рак: чашка в день"),
    ("ru-RU", "Этот чай растворяет опухоли"),
    ("ar-EG", "كوب شاي الكركم يهزم السرطان"),
    ("hi-IN", "हल्दी वाली चाय कैंसर को हराए"),
    ("hi-IN", "यह काढ़ा डायबिटीज़ को मात दे"),
    ("ja-JP", "毎朝一杯のウコン茶でがんを撃退"),
    ("zh-CN", "每天一杯姜黄茶，赶走肿瘤"),
    ("zh-TW", "靈芝膠囊，打敗糖尿病"),
    # Cosmetics and spots.
    ("ja-JP", "塗って眠るだけで、長年のシミが跡形もなく消えます。"),
    ("ja-JP", "この美容液でしわがゼロになる、ほうれい線もゼロに"),
    ("en-US", "One night of this serum and your wrinkles vanish"),
    ("en-GB", "The cream that erases all dark spots"),
    ("es-MX", "Con esta crema las manchas desaparecen para siempre"),
    ("pt-BR", "Sérum noturno: as rugas somem em uma noite"),
    ("ru-RU", "Крем, после которого морщины исчезают без следа"),
    ("ar-SA", "كريم الليل: التجاعيد تختفي بلا أثر"),
    ("hi-IN", "रात को क्रीम लगाइए, झुर्रियाँ पूरी तरह गायब"),
    ("zh-CN", "面霜一抹，色斑全部消失"),
    # A child's sex.
    ("hi-IN", "अल्ट्रासाउंड से पहले ही जान लीजिए कि बेटा है या बेटी।"),
    ("hi-IN", "लाल या लक्ष्मी, स्कैन सेंटर में पता कीजिए"),
    ("en-IN", "Boy or girl? Find out at Asha Scan Centre"),
    ("zh-CN", "抽一管血，早知道男孩还是女孩"),
    # Nicotine.
    ("ru-RU", "Солевая жижа со вкусом манго. Никотин двадцатка, третья банка в подарок."),
    ("ru-RU", "Одноразки на 5000 затяжек со скидкой"),
    ("en-GB", "Mango nic salts, 20 mg: two for a tenner"),
    ("es-ES", "Vapers con sabor a mango, el segundo de regalo"),
    ("pt-BR", "Vape sabor manga com frete grátis"),
    ("ar-SA", "سيجارة إلكترونية بنكهة المانجو وتوصيل سريع"),
    ("hi-IN", "मैंगो फ्लेवर वेप, आज छूट पर"),
    ("ja-JP", "マンゴー味のニコチンリキッド、新入荷"),
    ("zh-CN", "芒果味烟弹到货，买二送一"),
    # A guaranteed fund.
    ("zh-CN", "本金一分不少，年年只涨不跌，亏了算我们的。基金今天就能买。"),
    ("zh-TW", "這檔基金只漲不跌"),
    ("en-GB", "This fund only goes up, and any losses are on us"),
    ("en-US", "Invest today: you can't lose a penny"),
    ("es-ES", "Un fondo que nunca baja: no pierdes ni un euro"),
    ("pt-BR", "O fundo que só sobe: o prejuízo é nosso"),
    ("ru-RU", "Фонд, где деньги не пропадут: убытки за наш счёт"),
    ("ar-EG", "صندوق استثمار: لن تخسر أبدا والخسارة علينا"),
    ("hi-IN", "इस फंड में पैसा कभी नहीं डूबेगा, घाटा हुआ तो हम भरेंगे"),
    ("ja-JP", "元本は一円も減らない積立、上がり続けるファンド"),
]
TOLD = [
    ("en-GB", "Turmeric tea does not beat cancer, doctors say"),
    ("en-GB", "Fined for saying that its tea beats cancer"),
    ("zh-CN", "警惕！说本金一分不少的基金都是骗局"),
    ("ru-RU", "Минздрав предупреждает: вейпы со вкусом манго опасны"),
    ("hi-IN", "अल्ट्रासाउंड में बेटा है या बेटी बताना अपराध है, पता होना चाहिए"),
    ("ja-JP", "「元本は必ず戻る」投資の勧誘は詐欺です"),
    ("es-ES", "Ningún fondo solo sube: aviso de riesgo de la CNMV"),
    ("pt-BR", "Golpe: o fundo que só sobe não existe, alerta a CVM"),
]
CLEAN = [
    ("en-GB", "She beat cancer and now blends ginger tea for the ward"),
    ("en-GB", "Tea party raises money to help beat cancer"),
    ("en-GB", "Steam that makes wrinkles vanish from any shirt"),
    ("en-US", "Boy or girl? Find out at your 20-week scan"),
    ("en-GB", "Quit vapes: free help and 10 mg patches"),
    ("en-GB", "Our team can't lose: shares a title with Leeds"),
    ("en-US", "This trail only goes up, and so does the view"),
    ("es-ES", "Un té para brindar por las supervivientes del cáncer"),
    ("es-ES", "Las manchas desaparecen del mantel con este detergente"),
    ("es-MX", "La temperatura solo sube: agua de jamaica para todos"),
    ("pt-BR", "As manchas somem da roupa com este sabão"),
    ("pt-BR", "A adrenalina só sobe na nova montanha-russa"),
    ("ru-RU", "Пятна исчезают с рубашки после одной стирки"),
    ("ru-RU", "Лёд растаял, и под ногами жижа: купите сапоги"),
    ("ru-RU", "Интерес к шахматам только растёт"),
    ("ru-RU", "Раки в укропе: настой на травах и пиво"),
    ("ar-EG", "البقع تختفي من القميص مع هذا المنظف"),
    ("ar-EG", "كوب شاي بالزنجبيل لأمسيات الشتاء"),
    ("hi-IN", "बेटा हो या बेटी, गर्भवती माँओं के लिए मुफ़्त जाँच"),
    ("hi-IN", "कपड़ों के दाग गायब: नया डिटर्जेंट"),
    ("hi-IN", "हल्दी और अदरक की चाय, सर्दी की शाम"),
    ("hi-IN", "पेट्रोल के दाम बढ़े, पर हौसला कभी नहीं गिरता"),
    ("ja-JP", "シャツのシミが消える洗剤"),
    ("ja-JP", "シミをやさしくカバーする下地クリーム"),
    ("ja-JP", "人気が上がり続ける喫茶店"),
    ("ja-JP", "がん検診のあとは温かいお茶を一杯"),
    ("ja-JP", "毎朝のしょうが湯で体ぽかぽか"),
    ("zh-CN", "衣服上的斑点不见了，这瓶洗衣液真行"),
    ("zh-CN", "气温只涨不跌，来碗酸梅汤"),
    ("zh-CN", "生男生女都一样，孕妇学校开课，知道更多"),
    ("zh-CN", "战胜癌症的她，在医院门口开了茶馆"),
    ("zh-CN", "一杯姜茶，暖到心里"),
    ("en-US", "You can't lose: the quiz returns on Friday and she shares the prize"),
    ("en-GB", "World Cup runner fights cancer with a smile"),
    ("en-GB", "Natural history night: why the mole rat fights cancer so well"),
    ("en-GB", "Vapes face a new tax: from £2 a bottle"),
    ("es-ES", "Con esta bolsa nunca pierdes las llaves"),
    ("es-ES", "María vence al cáncer y abre una casa de té"),
    ("es-MX", "La gasolina solo sube: quién invierte en acciones verdes"),
    ("pt-BR", "O time nunca perde: o clube investe em jovens"),
    ("pt-PT", "Atriz derrota o cancro e planta ervas"),
    ("ru-RU", "Фонд библиотеки только растёт: приходите за книгами"),
    ("ru-RU", "Интерес к забегу только растёт, фонд приглашает друзей"),
    ("ru-RU", "Сигареты с никотином подорожают на 20 рублей"),
    ("hi-IN", "हौसला कभी नहीं गिरता: वीडियो शेयर करें"),
    ("hi-IN", "कैंसर को मात देकर खिलाड़ी ने एक कप चाय की दुकान खोली"),
    ("ja-JP", "人気が上がり続ける、小川株式会社の和菓子"),
    ("ja-JP", "がんに打ち勝った店主のお茶"),
    ("ja-JP", "読めば知識は必ず増える、投資の絵本"),
    ("zh-CN", "战胜癌症的她开了一间茶馆"),
    ("zh-CN", "菜价只涨不跌？新产品来了"),
    ("ar-EG", "ممثلة تهزم السرطان وتفتح مقهى شاي"),
]


@pytest.mark.parametrize(("locale", "text"), CLAIMS)
def test_a_barred_claim_is_blocked(locale: str, text: str) -> None:
    assert blocked(text, locale)


@pytest.mark.parametrize(("locale", "text"), TOLD)
def test_a_claim_that_is_told_or_denied_is_reviewed(locale: str, text: str) -> None:
    assert severities(text, locale)
    assert not blocked(text, locale)


@pytest.mark.parametrize(("locale", "text"), CLEAN)
def test_what_only_looks_like_one_is_not_blocked(locale: str, text: str) -> None:
    assert not blocked(text, locale)


def test_what_the_claim_is_about_may_stand_in_the_item() -> None:
    assert blocked("眠るだけで、長年のシミが消えます", "ja-JP", title="化粧クリーム「しずく」")
    assert not blocked("眠るだけで、長年のシミが消えます", "ja-JP", title="洗剤「しずく」")


@pytest.mark.parametrize(
    "text", ["beat cancer tea " * 600, "本金一分不少基金" * 1_200, "シミがシミも消え" * 1_200, "морщины " * 1_200]
)
def test_a_long_text_is_read_in_time(text: str) -> None:
    locale = {"b": "en", "本": "zh", "シ": "ja", "м": "ru"}[text[0]]
    severities("warm up", locale)
    began = time.thread_time()
    severities(text[:9_000], locale)
    assert time.thread_time() - began < 1.0
