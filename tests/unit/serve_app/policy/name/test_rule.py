# ruff: noqa: RUF001 - the letters of other scripts are meant
"""The name rule: persons, brands and places come from the item, in any script."""

from __future__ import annotations

import pytest

from deployments.types import Copy, Item, LengthProfile, Severity
from serve_app.policy import PolicyContext, PolicySettings, check

PROFILE = LengthProfile(length_profile="push", max_title=60, max_body=160)


def blocked(locale: str, item: str, copy: str, creator: str = "") -> list[str]:
    """The names that block a copy, "title / body", of an item, "title / description"."""
    title, _, description = item.partition(" / ")
    context = PolicyContext.of(Item(title=title, description=description, locale=locale, creator=creator), "", PROFILE)
    head, _, body = copy.partition(" / ")
    found = check(Copy(title=head, body=body), context, PolicySettings(), only=("name",))
    return [f.text for f in found if f.severity == Severity.BLOCK]


OTHERS = [
    ("en-US", "A cat learns to open the fridge / The owner filmed it for a week.", "Chelsea the cat raids the fridge"),
    ("en-US", "A cat learns to open the fridge / The owner filmed it.", "Meet Garfunkel, the cat with a plan"),
    ("en-GB", "Rosa Delgado swims the strait / She took nine hours.", "Rosa Salgado swims the strait"),
    ("en-GB", "Bakery wins a prize / The bread is dark and sour.", "A prize for the best bread in Manchester"),
    ("en-US", "Phone maker cuts prices / The new model is thinner.", "Samsung's prices fall"),
    ("en-US", "Two friends paddle a river / They saw otters.", "Otters join @BearGrylls on the river"),
    ("en-IN", "Coach talks about a final / The team lost.", "Why The Final Broke Coach Dravid's Heart"),
    ("en-US", "Singer cancels a show / She lost her voice.", "ADELE CANCELS A SHOW"),
    ("es-ES", "Un chef abre un comedor social / Sirve 80 menús.", "El comedor social de Dabiz Muñoz"),
    ("es-MX", "Feria del libro en Oaxaca / Entrada libre.", "Feria del libro en Puebla / Entrada libre."),
    ("es-AR", "Mariana López gana la maratón / Corrió con lluvia.", "Marina López gana la maratón"),
    ("es-CO", "Un delantero dona sus botines / Son rojos.", "¿Falcao dona sus botines?"),
    ("pt-BR", "Atriz planta árvores na praia / Foram 300 mudas.", "Trezentas mudas para Fernanda Montenegro"),
    ("pt-BR", "Feira de queijos em Araxá / Tem prova grátis.", "Queijos grátis em Uberaba"),
    ("pt-PT", "Marta Pires pinta azulejos / Ensina crianças.", "Marta Pinto ensina crianças a pintar"),
    ("pt-PT", "Banco fecha agências / São 40.", "Santander fecha 40 agências"),
    ("ru-RU", "Мария Иванова спасла лису / Лиса жила в подвале.", "Марина Иванова спасла лису"),
    ("ru-RU", "Магазин меняет вывеску / Старая упала.", "«Пятёрочка» меняет вывеску"),
    ("ru-RU", "Певец вернулся в родной посёлок / Построил клуб.", "Лепс построил клуб в посёлке"),
    ("ru-RU", "Выставка кукол в Туле / Работает до мая.", "Куклы ждут вас в Рязани"),
    ("ar-EG", "ممثل يزور دار مسنين / قرأ لهم قصة.", "عادل إمام يقرأ قصة للمسنين"),
    ("ar-SA", "مهرجان التمور في بريدة / فيه مسابقات.", "مهرجان التمور في جدة"),
    ("ar-MA", "سعاد المرابط تفتح مكتبة / للأطفال.", "سعاد البوعزاوي تفتح مكتبة للأطفال"),
    ("ar-AE", "شركة هواتف تخفض أسعارها / بداية من الغد.", "سامسونج تخفض أسعار هواتفها"),
    ("hi-IN", "अभिनेता ने पेड़ लगाए / गाँव में मेला था।", "शाहरुख ख़ान ने गाँव में पेड़ लगाए"),
    ("hi-IN", "रमेश यादव ने कुआँ खोदा / पानी मीठा है।", "सुरेश यादव के कुएँ का मीठा पानी"),
    ("hi-IN", "पतंग मेला शुरू / जयपुर में भीड़।", "जोधपुर में पतंगों का मेला"),
    ("hi-IN", "मोबाइल कंपनी ने दाम घटाए / आज से लागू।", "सैमसंग ने घटाए दाम"),
    ("ja-JP", "田中さん、朝の市場で / 魚を選ぶ。", "田川さんが選ぶ朝の魚"),
    ("ja-JP", "人気歌手が母校でライブ / 全校生徒が集まった。", "宇多田ヒカルが母校でライブ"),
    ("ja-JP", "紅葉まつり、京都で / 夜も開く。", "奈良の紅葉まつりへ / 夜も開く。"),
    ("ja-JP", "コーヒー店が新作を発売 / 甘さひかえめ。", "スターバックスの新作は甘さひかえめ"),
    ("zh-CN", "演员张静回乡种茶 / 她种了三年。", "演员张颖回乡种茶"),
    ("zh-CN", "导演的新片开机 / 片名未定。", "张艺谋新片开机"),
    ("zh-CN", "青岛的海边图书馆 / 免费开放。", "大连的海边图书馆免费开放"),
    ("zh-TW", "手機品牌推出新機 / 螢幕更大。", "三星推出新機 / 螢幕更大。"),
    ("ja-JP", "John Smith climbs Mount Fuji / He is 81.", "ウィリアムさん、81歳で富士山へ"),
    ("ru-RU", "John Smith climbs Mount Fuji / He is 81.", "Роберт Браун поднялся на Фудзи в 81 год"),
]

ITS_OWN = [
    ("en-US", "Rosa Delgado swims the strait / She took nine hours.", "Rosa's nine hours in the strait"),
    ("en-US", "A cat learns to open the fridge / Filmed in May.", "May we come in? This Monday, the Fridge Is Open"),
    ("en-GB", "NASA tests a glider / It flew over Utah.", "#NASA lets a glider loose over Utah"),
    ("en-US", "How to sharpen a knife / Use a wet stone.", "Stone, water, patience: I sharpen, you cook"),
    ("en-GB", "Cooking in Japan / Soup for winter.", "Japanese soup for a cold Tuesday"),
    ("en-US", "Morning stretch / Ten minutes.", "Stretch with Lena, ten minutes a day", "Lena Fox"),
    ("es-ES", "Pilar Gómez abre un taller / Arregla bicis.", "El taller de los Gómez / Pilar arregla tu bici."),
    ("es-MX", "Receta de mole / Con chocolate.", "¿Antojo de mole? Descúbrelo hoy: chocolate y paciencia"),
    ("es-AR", "La Organización Mundial de la Salud pide sombra / Hace calor.", "La OMS pide sombra"),
    ("pt-BR", "Zé Ramalho canta no sertão / Show grátis.", "Zé canta de graça no sertão / Bora?"),
    ("pt-PT", "Receita de caldo verde / Com couve.", "Sabes o segredo do caldo? Couve cortada fininha"),
    ("ru-RU", "Пётр Иванов починил часы / Им двести лет.", "Иванову хватило терпения / Петру спасибо."),
    ("ru-RU", "Выставка в Японии / Куклы и маски.", "Японские куклы глядят в ответ"),
    ("ru-RU", "John Smith climbs Mount Fuji / He is 81.", "Джон Смит поднялся на Фудзи в 81 год"),
    ("ar-EG", "John Smith climbs Mount Fuji / He is 81.", "جون سميث يتسلق جبل فوجي"),
    ("ar-SA", "عبد الله الحربي يزرع الورد / في الطائف.", "ورد عبدالله يزهر في الطائف"),
    ("ar-JO", "وصفة حساء العدس / للشتاء.", "حساء العدس يدفئ ليلتك / جربوا الوصفة مع الليمون."),
    ("hi-IN", "John Smith climbs Mount Fuji / He is 81.", "जॉन स्मिथ फ़ूजी पर चढ़े"),
    ("hi-IN", "रमेश यादव ने कुआँ खोदा / पानी मीठा है।", "रमेश जी का कुआँ, मीठा पानी"),
    ("hi-IN", "दाल बनाने का तरीका / धीमी आँच पर।", "धीमी आँच, गाढ़ी दाल / घर जैसा स्वाद पाइए।"),
    ("ja-JP", "John Smith climbs Mount Fuji / He is 81.", "ジョン・スミスさん、81歳で富士山へ"),
    ("ja-JP", "田中ゆりさん、書道展で金賞 / 作品は「風」。", "ゆりさんの「風」、金賞おめでとう"),
    ("ja-JP", "味噌汁の作り方 / だしが決め手。", "森の香りのするだし、林檎のような甘さ / 今夜どうぞ。"),
    ("zh-CN", "John Smith climbs Mount Fuji / He is 81.", "约翰·史密斯81岁登上富士山"),
    ("zh-CN", "演员张静回乡种茶 / 她种了三年。", "张静的茶，等了三年"),
    ("zh-CN", "红烧肉的做法 / 小火慢炖。", "小火慢炖，高温收汁 / 周末安排，马上开饭。"),
    ("en-US", "रमेश यादव ने कुआँ खोदा / पानी मीठा है।", "Ramesh Yadav dug a well / The water is sweet."),
]


@pytest.mark.parametrize(("locale", "item", "copy"), OTHERS)
def test_a_name_that_the_item_does_not_have_blocks(locale: str, item: str, copy: str) -> None:
    assert blocked(locale, item, copy)


@pytest.mark.parametrize("case", ITS_OWN, ids=lambda case: case[2])
def test_names_of_the_item_and_ordinary_words_do_not(case: tuple[str, ...]) -> None:
    assert blocked(*case) == []
