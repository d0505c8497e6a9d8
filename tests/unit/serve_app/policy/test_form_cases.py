# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""Form in eight languages: copy that may be sent and copy that must not."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.types import Copy, Item, LengthProfile
from serve_app.policy import PolicyContext, PolicySettings, check

PROFILE = LengthProfile(length_profile="wide", max_title=200, max_body=500)
FAMILIES = ("format", "placeholder", "emoji", "duplicate", "length")
SETTINGS = PolicySettings()


def blocked(locale: str, title: str, body: str, item: dict[str, Any], recent: tuple[tuple[str, str], ...]) -> set[str]:
    """The families that reject the copy."""
    described = {"title": "t", "locale": locale} | item
    copies = [Copy(title=one, body=other) for one, other in recent]
    context = PolicyContext.of(Item(**described), "", PROFILE, copies, generated=True)
    found = check(Copy(title=title, body=body), context, SETTINGS)
    return {f.rule.split(".")[0] for f in found if f.severity.rejects} & set(FAMILIES)


MAY_BE_SENT = [
    # Abbreviations, brands and names in capitals.
    ("en", "BBC, ITV, HBO: what is on tonight", "From the USA to the UK, one guide for all of it."),
    ("de", "ARD und ZDF zeigen das DFB-Finale", "Der DFB meldet: Das Stadion ist voll."),
    ("es", "UNICEF y ONU en la COP de Dubái", "Lo que piden la FAO y la OMS en una página."),
    ("ja", "JRとNTTがAIで実験", "USJでのLIVEも、VRで見られます。"),
    ("zh", "GDP、CPI、PPI都是什么", "一篇读懂NBA和CBA的区别，还有KTV的歌单。"),
    ("ar", "شركة IBM تفتح مركزا لأبحاث AI", "خبراء من MIT يشاركون في المؤتمر."),
    ("hi", "UPSC और SSC की तैयारी एक साथ", "IIT के छात्रों ने NCERT से शुरू किया।"),
    ("ru", "ГИБДД и МЧС: кто приедет первым", "Разбираемся вместе с ОСАГО и СМИ."),
    # Words of prompts, labels and tests that are the subject.
    ("en", "As an AI engineer, he prefers paper", "He wrote the test three times and passed the fourth."),
    ("en", "Test drive: the smallest van in town", "It takes two minutes to park it anywhere."),
    ("pt", "Teste de paciência: o pão de três dias", "A massa dorme na geladeira e cresce sozinha."),
    ("es", "Prueba de sabor: siete tortillas", "Una ganó por la cebolla, otra por los huevos."),
    ("ru", "Тестовая поездка трамвая удалась", "Пассажиров ждут в понедельник."),
    ("zh", "测试你的听力：三种鸟鸣", "答对的人不到一半。"),
    ("ja", "テスト前夜の三つの習慣", "早く寝る人ほど点が伸びます。"),
    ("ar", "اختبار جديد للسمع في دقيقة", "ضع السماعة واسمع صوت العصافير."),
    ("hi", "टेस्ट क्रिकेट का सबसे लंबा दिन", "शाम तक कोई आउट नहीं हुआ।"),
    ("pt", "Claro que cabe: um piano no sexto andar", "A grua chegou cedo e a rua aplaudiu."),
    ("es", "Claro, el gato también viaja", "Aquí tienes el mapa de los trenes que lo admiten."),
    ("ru", "Конечно, это он: последний снеговик", "Он простоял в тени до мая."),
    ("en", "Option two was a bicycle", "The mayor tried both and kept the bicycle."),
    ("en", "Three chords and the truth", "1. G 2. C 3. D: that is the whole song."),
    # Ends that only look cut.
    ("en", "What she is looking for", "The key was in the jar she came in with."),
    ("en", "The door nobody walks through...", "Until last night, when it opened on its own..."),
    ("es", "La casa de la que todos hablan", "Nadie sabe de dónde viene ni a dónde va."),
    ("pt", "O vizinho que todos gostam de ter por perto", "Ele conserta tudo, e às vezes conversa."),
    ("ja", "それでも走るのが好き", "毎朝五時、川沿いを十キロ。続けるだけ。"),
    ("ja", "猫の手も借りたい夜に", "店主ひとり、注文は二十。手伝うのは猫だけど。"),
    ("zh", "这才是冬天该有的", "一碗热汤，两片牛肉，三勺辣椒，刚刚好的。"),
    ("zh", "他等的人……", "二十年后的站台上，她真的来了……"),
    ("ru", "Есть за что бороться", "Лодка и река, больше он ни о чём не мечтал."),
    ("hi", "यह दुकान है किसकी", "मालिक का नाम कोई नहीं जानता, पर चाय सबकी।"),
    ("ar", "لا أحد يعرف من أين أتى", "القط الذي يفتح الباب ويدخل إلى السوق."),
    ("en", "Vitamin D, plan B and a C major", "Doctors say the sun will do."),
    # Marks.
    ("zh", "真的吗？！", "老桥一夜之间变成了花园……你敢信？"),
    ("ja", "え、ほんとに？！", "池の鯉が、名前を呼ぶと来るんです。"),
    ("es", "¿¡Otra vez la llave en el horno!?", "Pasa más de lo que crees."),
    ("es", "¿Por qué no duerme el faro?", "¡Qué pregunta! Lo cuenta su guardiana."),
    ("fr", "Pourquoi le phare dort-il ?", "« Je veille pour lui », dit sa gardienne : elle sourit !"),
    ("he", 'דו"ח: מה אוכלים בבוקר', "כל הפרטים בעמוד אחד."),
    ("en", 'A 27" wheel and a 5\'9" rider', "She built the bike in 'the shed'. It's hers."),
    ("ru", "«Роман „Мы“» читают вслух", "Вход свободный (стулья свои)."),
    ("zh", "《红楼梦》里的“吃”", "「茄鲞」到底怎么做（附菜谱）"),
    ("fa", "می\u200cخواهم بنویسم", "کتاب\u200cها را به کتابخانه بردند\u200f."),
    # Emoji that are whole.
    ("en", "Five steps 1️⃣ 2️⃣ and done ✔️", "Bring a friend 👩🏽‍🤝‍👨🏻"),
    ("ar", "علم وقلب 🇪🇬❤️", "الأهرام في الصباح أجمل."),
    ("hi", "दिवाली की रात 🪔", "दादी ने सौ दीये जलाए 👵🏽"),
    ("ja", "海賊の日🏴‍☠️", "港に旗が立ちました。©港町"),
    ("en", "Scotland win 🏴󠁧󠁢󠁳󠁣󠁴󠁿", "One try in the last minute."),
]
BLOCKED = [
    ("format", "en", "THE WHOLE TOWN CAME OUT FOR THE CAT", "It sat on the roof and would not come down."),
    ("format", "ru", "ВЕСЬ ГОРОД ВЫШЕЛ НА УЛИЦУ", "Кот сидел на крыше."),
    ("format", "pt", "NINGUÉM ACREDITOU NO PADEIRO", "Ele vendeu tudo antes das sete."),
    ("format", "zh", "老桥变花园！！！", "快来看看。"),
    ("format", "ja", "本当です！！！！", "池の鯉が来るんです。"),
    ("format", "es", "Por fin llueve", "¡¡¡Sal a la calle con tus botas!!!"),
    ("format", "ar", "القطار وصل", "افتح النافذة وانظر؟!؟!"),
    ("format", "es", "Título: El faro se despierta", "Una guardiana y dos gatos."),
    ("format", "pt", "O farol acordou", "Corpo: uma guardiã e dois gatos."),
    ("format", "hi", "शीर्षक: बाघ लौट आया", "जंगल में फिर से दहाड़ गूँजी।"),
    ("format", "ar", "عاد النمر", "النص: سمع الناس صوته في الغابة."),
    ("format", "ru", "Маяк проснулся", "Текст уведомления: смотрительница и два кота."),
    ("format", "zh", "【标题】灯塔醒了", "守塔人和两只猫。"),
    ("format", "ja", "灯台が目をさました", "本文：灯台守と猫が二匹。"),
    ("format", "en", "Option 3: The lighthouse wakes", "A keeper and two cats."),
    ("format", "en", "1. The lighthouse wakes", "2. A keeper and two cats."),
    ("format", "zh", "灯塔醒了", "当然，以下是为您撰写的推送：守塔人和两只猫。"),
    ("format", "ru", "Маяк проснулся", "Конечно! Вот вариант уведомления: смотрительница и два кота."),
    ("format", "pt", "O farol acordou", "Claro! Aqui está a notificação: uma guardiã e dois gatos."),
    ("format", "ja", "灯台が目をさました", "はい、以下が通知文です。灯台守と猫が二匹。"),
    ("format", "hi", "लाइटहाउस जागा", "ज़रूर, यह रही आपकी सूचना: रखवाली और दो बिल्लियाँ।"),
    ("format", "ar", "استيقظت المنارة", "بالتأكيد، إليك الإشعار: حارسة وقطتان."),
    ("format", "es", "El faro despierta", "Como modelo de lenguaje, no puedo ver el faro."),
    ("format", "en", "The lighthouse wakes", "I hope this helps! Let me know if you want another version."),
    ("format", "ru", "Проверка связи", "тест тест"),
    ("format", "zh", "测试", "请忽略这条推送。"),
    ("format", "es", "Prueba de notificación, ignorar", "El faro despierta."),
    ("format", "en", "asdf asdf", "The lighthouse wakes."),
    ("format", "en", "The lighthouse wakes", "TODO: write something nice"),
    ("format", "ja", "ここにタイトルを入力", "灯台守と猫が二匹。"),
    ("format", "hi", "लाइटहाउस जागा", "रखवाली ने देखा कि"),
    ("format", "zh", "灯塔醒了", "守塔人抱着两只猫，因为"),
    ("format", "ja", "灯台が目をさました", "灯台守と二匹の猫を"),
    ("format", "ar", "استيقظت المنارة", "حارسة وقطتان تجلسان على"),
    ("format", "ru", "Маяк проснулся", "Смотрительница и два кота вышли на"),
    ("format", "pt", "O farol acordou", "A guardiã saiu com os gatos para a"),
    ("format", "en", "The lighthouse wakes", "She took the two cats with her to the"),
    ("format", "ja", "「灯台が目をさました", "灯台守と猫が二匹。"),
    ("format", "ru", "«Маяк проснулся", "Смотрительница и два кота."),
    ("format", "en", "The lighthouse wakes ,early", "A keeper and  two cats."),
    ("format", "en", "The the lighthouse wakes", "A keeper and two cats."),
    ("format", "pt", "A manhÃ£ no farol", "Dois gatos e uma guardiÃ£."),
    ("format", "en", "It\u2019s the lighthouse\u2019s day".replace("\u2019", "â€™"), "A keeper and two cats."),
    ("format", "en", "Caf%C3%A9 at the lighthouse", "A keeper and two cats."),
    ("format", "en", "The lighthouse wakes", "A keeper and two cats. {'lang': 'en'}"),
    ("format", "es", "El faro\\ndespierta", "Una guardiana y dos gatos."),
    ("placeholder", "ru", "[Имя], маяк проснулся", "Два кота ждут."),
    ("placeholder", "hi", "{नाम}, लाइटहाउस जागा", "दो बिल्लियाँ राह देखती हैं।"),
    ("placeholder", "ja", "〇〇様、灯台からのお知らせ", "猫が二匹待っています。"),
    ("placeholder", "es", "Hola [nombre], el faro despierta", "Dos gatos te esperan."),
    ("emoji", "en", "The lighthouse wakes 1\ufe0f", "A keeper and two cats."),
    ("emoji", "pt", "O farol acordou 🏽", "Dois gatos."),
    ("emoji", "ru", "Маяк проснулся 🇷", "Два кота."),
    ("emoji", "zh", "灯塔醒了👨‍", "两只猫。"),
    ("emoji", "en", "Scotland win 🏴\U000e0067\U000e0062", "One try in the last minute."),
]


NEWS = [
    # Same form, other news: (locale, copy, recent copy).
    ("en", ("Rain in Leeds by noon", "12 mm expected"), ("Rain in York by noon", "8 mm expected")),
    ("en", ("Good morning", "Your bus runs on time today."), ("Good morning", "The library opens an hour early.")),
    ("ru", ("Курс доллара: 92,4 рубля", "На торгах утром."), ("Курс доллара: 91,8 рубля", "На торгах утром.")),
    ("zh", ("北京今天多云，21度", "出门带件外套。"), ("上海今天多云，24度", "出门带件外套。")),
    ("ja", ("大阪で震度3", "津波の心配はありません。"), ("仙台で震度4", "津波の心配はありません。")),
    ("hi", ("दिल्ली में आज AQI 210", "मास्क साथ रखें।"), ("पटना में आज AQI 180", "मास्क साथ रखें।")),
    ("ar", ("الأهلي يفوز 2-0", "هدفان في الشوط الأول."), ("الزمالك يفوز 3-1", "هدفان في الشوط الأول.")),
    ("pt", ("Dólar fecha a R$ 5,12", "Alta de 0,3% no dia."), ("Dólar fecha a R$ 5,09", "Queda de 0,6% no dia.")),
]
AGAIN = [
    (
        "en",
        ("Cats: the secret of sleep!", "They nap because they hunt at dawn"),
        ("The secret of cats' sleep", "Because they hunt at dawn, they nap."),
    ),
    (
        "en",
        ("The bridge reopens on Monday", "Cars can cross it again."),
        ("The bridge opens again Monday", "Cars can cross it again!"),
    ),
    (
        "ru",
        ("Мост откроют в понедельник", "Машины снова поедут через реку."),
        ("В понедельник откроют мост", "Через реку снова поедут машины."),
    ),
    ("zh", ("老桥周一重新开放", "汽车又能过河了。"), ("周一，老桥重新开放！", "汽车又可以过河了")),
    ("ja", ("橋が月曜に再開します", "車でまた川を渡れます。"), ("月曜に橋が再開", "また車で川を渡れます")),
    (
        "hi",
        ("पुल सोमवार को फिर खुलेगा", "गाड़ियाँ फिर नदी पार करेंगी।"),
        ("सोमवार को पुल फिर खुलेगा!", "गाड़ियाँ नदी फिर पार करेंगी"),
    ),
    (
        "ar",
        ("يُفتح الجسر يوم الاثنين", "تعود السيارات لعبور النهر"),
        ("الجسر يفتح يوم الاثنين", "السيارات تعود لعبور النهر."),
    ),
    ("th", ("สะพานเปิดอีกครั้งวันจันทร์", "รถข้ามแม่น้ำได้แล้ว"), ("สะพานเปิดอีกครั้งวันจันทร์!", "รถข้ามแม่น้ำได้แล้วนะ")),
    (
        "es",
        ("EL PUENTE ABRE EL LUNES", "Los coches vuelven a cruzar el río 🚗"),
        ("El puente abre el lunes", "Los coches vuelven a cruzar el río"),
    ),
]


@pytest.mark.parametrize(("locale", "title", "body"), MAY_BE_SENT)
def test_may_be_sent(locale: str, title: str, body: str) -> None:
    assert blocked(locale, title, body, {}, ()) == set()


@pytest.mark.parametrize(("family", "locale", "title", "body"), BLOCKED)
def test_is_blocked(family: str, locale: str, title: str, body: str) -> None:
    assert family in blocked(locale, title, body, {}, ())


@pytest.mark.parametrize(("locale", "copy", "recent"), NEWS)
def test_other_news_in_the_same_words(locale: str, copy: tuple[str, str], recent: tuple[str, str]) -> None:
    assert blocked(locale, *copy, {}, (recent,)) == set()


@pytest.mark.parametrize(("locale", "copy", "recent"), AGAIN)
def test_the_same_news_in_other_words(locale: str, copy: tuple[str, str], recent: tuple[str, str]) -> None:
    assert "duplicate" in blocked(locale, *copy, {}, (recent,))


GIVEN = "{{ first_name | default: 'friend' }}"


@pytest.mark.parametrize(
    ("known", "title"),
    [
        (GIVEN, f"{GIVEN}, the tea is ready"),
        (GIVEN + '; {{city|default:"town"}}', f'Rain in {{{{city|default:"town"}}}}, {GIVEN}'),
        ("{{ user.name | default: 'A; B, C' }}", "Hello {{ user.name | default: 'A; B, C' }}!"),
        ("first_name; city", "{{ first_name | default: 'you' }}, look up"),
    ],
)
def test_a_known_placeholder_may_be_sent(known: str, title: str) -> None:
    assert blocked("en", title, "The kettle is on.", {"metadata": {"placeholders": known}}, ()) == set()


@pytest.mark.parametrize(
    ("rule", "title"),
    [
        ("placeholder.altered", "{{ frist_name | default: 'friend' }}, tea"),
        ("placeholder.altered", "{first_name}}, tea"),
        ("placeholder.altered", "{{ first_name | default: 'friend' }, tea"),
        ("placeholder.altered", "{{ First_Name | default: 'friend' }}, tea"),
        ("placeholder.altered", "{{ first name | default: 'friend' }}, tea"),
        ("placeholder.altered", "{{ first_name | default: 'pal' }}, tea"),
        ("placeholder.altered", "{{ имя | default: 'friend' }}, tea"),
        ("placeholder.default", "{{ first_name }}, tea"),
        ("placeholder.unknown", "{{ last_order | default: 'tea' }} again?"),
        ("placeholder.unfilled", "%FIRST_NAME%, tea"),
        ("placeholder.unfilled", "*|FNAME|*, tea"),
    ],
)
def test_a_placeholder_that_nobody_can_fill(rule: str, title: str) -> None:
    context = PolicyContext.of(Item(title="Tea", metadata={"placeholders": GIVEN}), "", PROFILE, generated=True)
    assert rule in {f.rule for f in check(Copy(title=title, body="The kettle is on."), context, SETTINGS)}
