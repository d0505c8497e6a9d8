# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""language.match: the copy is in the language of its audience, or too short to tell."""

from __future__ import annotations

import pytest
from babel import Locale
from babel.localedata import locale_identifiers

from deployments.types import Item, Severity
from serve_app.policy import PolicySettings
from tests.unit.serve_app.policy.judge import findings

RULES = ("language.match", "script.wrong", "script.mixed")


def blocked(locale: str, title: str = "", body: str = "", item_title: str = "x") -> set[str]:
    """The ids of this file's rules that reject the copy."""
    hits = findings(title, body, item=Item(title=item_title, locale=locale))
    return {f.rule for f in hits if f.severity.rejects and f.rule in RULES}


# Locale, title, body: each is in another language than the locale's.
OTHER_LANGUAGE = [
    ("en-US", "", "Las mejores recetas para esta noche ya están aquí"),
    ("en-US", "", "Lihat cara membuat nasi goreng yang enak di rumah"),
    ("en-GB", "", "Die schönsten Strände der Ostsee, die du noch nicht kennst"),
    ("en-GB", "", "Découvrez la nouvelle collection avant tout le monde"),
    ("en", "", "O melhor café da cidade está esperando por você"),
    ("en", "", "Scopri la ricetta che tutti stanno provando"),
    ("en", "", "De mooiste fietsroutes van het land, nu ook voor jou"),
    ("en", "", "Bu akşam için en iyi film önerileri burada"),
    ("en", "", "Lorem ipsum dolor sit amet, consectetur adipiscing elit"),
    ("en", "", "Zobacz najlepsze przepisy na dzisiejszy wieczór"),
    ("en-IN", "", "Aaj hi order karein aur paisa bachayein, sirf aap ke liye"),
    ("en-US", "The new bakery is open", "La nueva panadería ya está abierta en tu barrio"),
    ("en-US", "Llegó la nueva temporada de tu serie", "Watch the first episode of the new season tonight"),
    ("es-ES", "", "As melhores receitas para você fazer hoje à noite"),
    ("es-MX", "", "Não perca a promoção: só hoje com frete grátis"),
    ("es-MX", "", "Nao perca a promocao: so hoje com frete gratis"),
    ("es-ES", "", "Unha noite de música na praza con todos os veciños"),
    ("es-ES", "", "Avui és el dia: el mercat obre les portes amb molts regals"),
    ("es-ES", "", "The best recipes for a quiet night at home"),
    ("es-ES", "Nueva receta de pan", "This is how you make bread with only three ingredients"),
    ("es-AR", "", "Le migliori ricette della nonna, da provare subito"),
    ("pt-BR", "", "Las mejores recetas para hacer esta noche en tu casa"),
    ("pt-BR", "", "No te pierdas la promoción: hoy hay envío gratis"),
    ("pt-PT", "", "No te pierdas el concierto de manana en la plaza"),
    ("pt-BR", "O café que todos querem", "Una taza de café que te hará olvidar el lunes"),
    ("pt-BR", "", "Your order is ready and waiting for you at the shop"),
    ("fr-FR", "", "The quiet street where everyone knows your name"),
    ("fr-FR", "", "Die besten Rezepte für einen ruhigen Abend zu Hause"),
    ("de-DE", "", "Your favourite café has a new menu this week"),
    ("de-DE", "", "De beste recepten voor een rustige avond thuis"),
    ("it-IT", "", "Las mejores recetas para una noche tranquila en casa"),
    ("nl-NL", "", "Die besten Rezepte für einen ruhigen Abend zu Hause"),
    ("da-DK", "", "Nu kommer våren och vi har samlat de bästa tipsen för dig som älskar att vara ute"),
    ("sv-SE", "", "Nå kommer våren, og vi har samlet de beste tipsene for deg som ikke vil sitte inne"),
    ("id-ID", "", "Check out the new menu and get your free coffee today"),
    ("tr-TR", "", "This is the best time of the year to see the sea"),
    ("pl-PL", "", "Nejlepší recepty na dnešní večer, které musíte zkusit"),
    ("ru-RU", "", "Найкращі рецепти на вечір, які варто спробувати вже сьогодні"),
    ("ru-RU", "", "Новата пекарна вече е отворена и ви очаква с топъл хляб"),
    ("ru-RU", "", "Лепшыя рэцэпты на вечар, якія варта паспрабаваць ужо сёння"),
    ("ru-RU", "", "Нова пекара је отворена и чека вас са топлим хлебом"),
    ("ru-RU", "", "The new bakery is open and it is waiting for you"),
    ("uk-UA", "", "Лучшие рецепты на вечер, которые стоит попробовать уже сегодня"),
    ("bg-BG", "", "Лучшие рецепты на вечер, которые стоит попробовать уже сегодня"),
    ("ar-SA", "", "بهترین رستوران‌های شهر را با ما کشف کنید"),
    ("ar-EG", "", "شہر کے بہترین کھانے اب آپ کے گھر تک پہنچیں گے"),
    ("ar", "", "این کتاب را از دست ندهید، فقط تا امشب"),
    ("fa-IR", "", "اكتشف أفضل المطاعم في المدينة مع أصدقائك"),
    ("ur-PK", "", "اكتشف أفضل المطاعم في المدينة مع أصدقائك"),
    ("ar-SA", "", "The best restaurants in the city are open tonight"),
    ("hi-IN", "", "शहरातील सर्वोत्तम मिसळ आता तुमच्या घरी मिळणार आहे"),
    ("hi-IN", "", "सहरको उत्कृष्ट खाना अब तपाईंको घरमा पाइन्छ, आजै हेर्नुहोस्"),
    ("mr-IN", "", "शहर का सबसे अच्छा खाना अब आपके घर पर मिलेगा"),
    ("hi-IN", "", "The best street food of the city is now at your door"),
    ("ja-JP", "", "今天晚上的限定菜单，你绝对不能错过"),
    ("ja-JP", "", "這家咖啡店的新甜點，讓大家都排隊了"),
    ("ja-JP", "新しいカフェがオープン", "新开的咖啡店，等你来尝尝"),
    ("ja-JP", "", "새로 문을 연 카페에서 만나요"),
    ("zh-CN", "", "新しいカフェの限定スイーツをお楽しみください"),
    ("zh-CN", "", "東京で話題の店に行ってみた"),
    ("zh-TW", "", "東京で話題の店に行ってみた"),
    ("zh-CN", "", "The new café is open and the first cup is free"),
    ("ko-KR", "", "新しいカフェの限定スイーツをお楽しみください"),
]

# Locale, title, body: each may be sent.
SAME_LANGUAGE = [
    ("en-US", "Café society: crème brûlée à la carte", "How one baker won over the whole neighbourhood"),
    ("en-US", "La La Land is back in cinemas", "See it on the big screen this weekend"),
    ("en-US", "Cien años de soledad", "The novel that started it all is now a series"),
    ("en-GB", "Schadenfreude and zeitgeist", "Five German words that English simply borrowed"),
    ("en-US", "“Hasta la vista, baby”", "The line that made a whole generation quote a robot"),
    ("en-US", "Los Angeles to Las Vegas", "San Francisco, El Paso and Santa Fe on one ticket"),
    ("es-ES", "Vuelve The Walking Dead", "El último capítulo de The Walking Dead, esta noche"),
    ("es-MX", "Así suena “All You Need Is Love” en mariachi", "La versión que nadie esperaba"),
    ("es-ES", "El look más cool del street style", "Zapatillas, denim y un toque vintage"),
    ("es-ES", "Caetano Veloso canta “Você é linda”", "El brasileño llega a Madrid con su gira"),
    ("es-ES", "Pan", ""),
    ("pt-BR", "Novo trailer de La Casa de Papel", "Veja a cena que todos estão comentando"),
    ("pt-BR", "Black Friday chegou", "Smartphones e notebooks com frete grátis"),
    ("pt-PT", "“Por una cabeza” ao vivo", "O tango de Gardel num concerto em Lisboa"),
    ("de-DE", "Das beste Homeoffice-Setup", "Standing Desk, Headset und Webcam im Test"),
    ("de-DE", "Coffee to go: Mehrweg wird Pflicht", "Was sich für Cafés jetzt ändert"),
    ("de-DE", "„Let It Be“ im Kino", "Der Film der Beatles läuft nur eine Woche"),
    ("fr-FR", "Le come-back de l'année", "Un best of, un show et beaucoup de fans"),
    ("fr-FR", "« Game of Thrones » revient", "Le prequel sort ce soir"),
    ("it-IT", "Il nuovo smartphone è low cost", "Display, design e software in un test"),
    ("nl-NL", "De beste tips voor je weekend", "Een high tea, een escape room of gewoon thuis"),
    ("sv-SE", "Nu kommer våren", "Vi har samlat de bästa tipsen för dig som älskar att vara ute"),
    ("da-DK", "Nu kommer foråret", "Vi har samlet de bedste tips til dig, der elsker at være ude"),
    ("nb-NO", "Nå kommer våren", "Vi har samlet de beste tipsene for deg som elsker å være ute"),
    ("id-ID", "Promo flash sale hari ini", "Dapatkan voucher cashback sampai jam 12 malam"),
    ("ms-MY", "Jom makan di gerai baharu", "Resipi nasi lemak yang sedap untuk anda sekeluarga"),
    ("hr-HR", "Nova pekara je otvorena", "Topli kruh čeka vas već danas"),
    ("ru-RU", "iPhone 16 Pro Max", "Сравнили камеру с прошлогодней моделью"),
    ("ru-RU", "Песня «Ой у лузі червона калина»", "История песни, которую поют во всём мире"),
    ("ru-RU", "Netflix снимет Stranger Things 6", "Что известно о новом сезоне"),
    ("ar-EG", "iPhone 16 Pro Max وصل", "كل ما تريد معرفته عن الهاتف الجديد"),
    ("ar-SA", "بيبسي وجوجل في الرياض", "لا تفوت المعرض هذا الأسبوع"),
    ("hi-IN", "वीडियो देखें और शेयर करें", "नए ऑफर सिर्फ ऐप पर, डाउनलोड करें"),
    ("hi-IN", "iPhone 16 Pro Max", "नया फ़ोन भारत में लॉन्च, जानें कीमत"),
    ("ja-JP", "Netflix新作ランキング", "AI技術で作られた話題の映画をチェック"),
    ("ja-JP", "東京都知事選挙", "開票速報をお届けします"),
    ("ja-JP", "Spider-Man: No Way Home", "話題の映画が今夜放送されます"),
    ("zh-CN", "iPhone 16 Pro Max 来了", "这款手机的相机到底有多强"),
    ("zh-TW", "全新 K歌 APP 上線", "今晚就和朋友一起唱吧"),
    ("zh-CN", "我在「居酒屋の夜」", "一家小店的温暖故事"),
    ("zh-HK", "呢間茶餐廳係咪最好食", "街坊話佢哋嘅菠蘿包係全港第一"),
    ("ko-KR", "K-POP 스타의 새 앨범", "오늘 밤 공개됩니다"),
]


@pytest.mark.parametrize(("locale", "title", "body"), OTHER_LANGUAGE)
def test_another_language_blocks(locale: str, title: str, body: str) -> None:
    assert "language.match" in blocked(locale, title, body)


@pytest.mark.parametrize(("locale", "title", "body"), SAME_LANGUAGE)
def test_the_audiences_language_passes_with_its_loan_words_names_and_quotations(
    locale: str, title: str, body: str
) -> None:
    assert blocked(locale, title, body) == set()


@pytest.mark.parametrize("text", ["Café au lait?", "OK", "Pan", "Amor", "Bravo!", "7", "Uno, dos"])
@pytest.mark.parametrize("locale", ["en-US", "es-ES", "de-DE"])
def test_a_text_too_short_to_tell_is_not_judged(locale: str, text: str) -> None:
    assert blocked(locale, text) == set()


NATIVE = {
    "te-IN": "ఇంట్లో ఆవకాయ పచ్చడి ఎలా చేయాలో చూడండి",
    "gu-IN": "અમદાવાદનું આકાશ પતંગોથી ભરાઈ ગયું",
    "kn-IN": "ಬೆಂಗಳೂರಿನಲ್ಲಿ ಹೊಸ ಗ್ರಂಥಾಲಯ ತೆರೆದಿದೆ",
    "ml-IN": "കൊച്ചിയിൽ പുതിയ വായനശാല തുറന്നു",
    "si-LK": "කොළඹ නව පුස්තකාලයක් විවෘත විය",
    "km-KH": "បណ្ណាល័យថ្មីបានបើកនៅភ្នំពេញ",
    "my-MM": "ရန်ကုန်မှာ စာကြည့်တိုက်အသစ် ဖွင့်ပြီ",
    "lo-LA": "ຫໍສະໝຸດໃໝ່ເປີດແລ້ວທີ່ວຽງຈັນ",
    "am-ET": "አዲስ ቤተ መጻሕፍት በአዲስ አበባ ተከፈተ",
    "ckb": "کتێبخانەیەکی نوێ لە هەولێر کرایەوە",
    "ug": "ئۈرۈمچىدە يېڭى كۈتۈپخانا ئېچىلدى",
    "tt": "Казанда яңа китапханә ачылды",
    "yue": "呢度新開咗間圖書館，大家快啲去睇下",
    "cmn-Hans": "新图书馆今天开门，大家快去看看",
    "zho": "新图书馆今天开门，大家快去看看",
    "iw": "ספרייה חדשה נפתחה היום בתל אביב",
    "sr-Latn": "Nova biblioteka je otvorena u Beogradu",
    "sr-Cyrl": "Нова библиотека је отворена у Београду",
    "zh-Hant": "新圖書館今天開門，大家快去看看",
    "uz-Cyrl": "Тошкентда янги кутубхона очилди",
    "uz": "Toshkentda yangi kutubxona ochildi",
    "pa-Arab": "لاہور وچ نویں لائبریری کھل گئی اے",
    "pa-PK": "لاہور وچ نویں لائبریری کھل گئی اے",
    "pa-IN": "ਅੰਮ੍ਰਿਤਸਰ ਵਿੱਚ ਨਵੀਂ ਲਾਇਬ੍ਰੇਰੀ ਖੁੱਲ੍ਹੀ",
    "az": "Bakıda yeni kitabxana açıldı, bu gün hamı üçün",
    "hi-Latn": "Aaj hi naya phone order karein, sirf aap ke liye",
    "eu": "Liburutegi berria ireki dute gaur Bilbon",
    "cy": "Mae llyfrgell newydd wedi agor yng Nghaerdydd heddiw",
    "ga": "Tá leabharlann nua oscailte i mBaile Átha Cliath inniu",
    "gl-ES": "Abre hoxe a nova biblioteca da cidade para todos os veciños",
    "ca-ES": "Avui obre la nova biblioteca de la ciutat per a tothom",
    "is": "Nýtt bókasafn var opnað í Reykjavík í dag",
    "sq": "Biblioteka e re u hap sot në Tiranë për të gjithë",
    "mt": "Il-librerija l-ġdida fetħet illum il-Belt Valletta",
    "lb": "Déi nei Bibliothéik ass haut zu Lëtzebuerg opgaangen",
    "gsw": "Hüt isch z Züri e neui Bibliothek ufgange, chömed alli verbii",
    "pcm": "Dem don open new library for Lagos today, make una come see am",
    "sco": "The new library is open the day, an awbody is walcome tae see it",
    "ht": "Nouvo bibliyotèk la louvri jodi a nan Pòtoprens pou tout moun",
    "eo": "La nova biblioteko malfermiĝis hodiaŭ en la urbo por ĉiuj",
    "zu": "Umtapo wolwazi omusha uvuliwe namuhla eThekwini",
    "yo": "Ilé ìkàwé tuntun ti ṣí lónìí ní Ìbàdàn",
    "ha": "An buɗe sabon ɗakin karatu a Kano yau",
    "so": "Maktabad cusub ayaa maanta laga furay Muqdisho",
    "mg": "Nosokafana androany ny tranomboky vaovao eto Antananarivo",
    "mi": "Kua tuwhera te whare pukapuka hou i tēnei rā",
    "br": "Digoret eo al levraoueg nevez hiziv e Roazhon",
    "fy": "De nije biblioteek is hjoed iepen gien yn Ljouwert",
    "mn": "Улаанбаатарт шинэ номын сан өнөөдөр нээгдлээ",
    "ky": "Бишкекте бүгүн жаңы китепкана ачылды",
    "tg": "Имрӯз дар Душанбе китобхонаи нав кушода шуд",
    "be": "Сёння ў Мінску адкрылася новая бібліятэка для ўсіх",
    "mk": "Денес во Скопје се отвори нова библиотека за сите",
    "ka": "თბილისში დღეს ახალი ბიბლიოთეკა გაიხსნა",
    "hy": "Այսօր Երևանում բացվեց նոր գրադարան",
    "bo": "དེ་རིང་ལྷ་ས་ལ་དཔེ་མཛོད་ཁང་གསར་པ་ཞིག་སྒོ་ཕྱེ་བྱུང་།",
    "dv": "މިއަދު މާލޭގައި އާ ލައިބްރަރީއެއް ހުޅުވައިފި",
    "or": "ଆଜି ଭୁବନେଶ୍ୱରରେ ନୂଆ ପାଠାଗାର ଖୋଲିଲା",
    "as": "আজি গুৱাহাটীত নতুন পুথিভঁৰাল খোলা হৈছে",
    "bn-BD": "আজ ঢাকায় একটি নতুন পাঠাগার খোলা হয়েছে",
    "ne": "आज काठमाडौंमा नयाँ पुस्तकालय खुलेको छ",
    "mr": "आज पुण्यात नवीन ग्रंथालय सुरू झाले आहे",
    "sd": "اڄ ڪراچي ۾ نئين لائبريري کلي وئي آهي",
    "ps": "نن په کابل کې یو نوی کتابتون پرانیستل شو",
    "ti": "ሎሚ ኣብ ኣስመራ ሓድሽ ቤተ ንባብ ተኸፊቱ",
    "th": "วันนี้ห้องสมุดใหม่เปิดแล้วที่กรุงเทพ",
    "vi": "Hôm nay thư viện mới đã mở cửa cho mọi người",
    "fil": "Binuksan na ngayon ang bagong aklatan para sa lahat",
    "jv": "Dina iki perpustakaan anyar wis dibukak kanggo kabeh wong",
    "su": "Dinten ieu perpustakaan anyar parantos dibuka kanggo sadayana",
    "ms": "Perpustakaan baharu dibuka hari ini untuk semua orang",
    "ast": "Güei abrió la biblioteca nueva na ciudá pa tol mundu",
    "oc": "Uèi s'es dobèrta la bibliotèca nòva de la vila per totes",
    "chr": "ᎪᎯ ᎢᎦ ᎤᎵᏍᏚᎢᏒ ᎢᏤ ᎪᏪᎵ ᎠᏓᏅᎡᎯ",
    "sgn": "The new library is open",
    "qaa": "Xelu maro tiin ko vadesh",
    "und": "Новая библиотека открыта",
}


@pytest.mark.parametrize("locale", NATIVE)
def test_native_copy_is_never_blocked(locale: str) -> None:
    assert blocked(locale, body=NATIVE[locale]) == set()


def _months(tag: str) -> str:
    return ", ".join(Locale.parse(tag).months["format"]["wide"].values())


@pytest.mark.parametrize("tag", sorted(tag for tag in locale_identifiers() if "M01" not in _months(tag)))
def test_native_month_names_are_never_blocked(tag: str) -> None:
    """CLDR's own words in each of its languages."""
    assert blocked(tag.replace("_", "-"), body=_months(tag)) == set()


@pytest.mark.parametrize(
    ("locale", "body"),
    [
        ("zh-TW", "这家咖啡店的新甜点，让大家都排队了"),
        ("zh-HK", "这家咖啡店的新甜点，让大家都排队了"),
        ("zh-CN", "這家咖啡店的新甜點，讓大家都排隊了"),
        ("zh-Hant", "买一送一，优惠只到今晚，别错过"),
    ],
)
def test_the_other_form_of_chinese_blocks(locale: str, body: str) -> None:
    assert "language.match" in blocked(locale, body=body)


def test_one_character_of_the_other_form_is_for_review() -> None:
    hits = findings(body="诚品書店的新展覽今天開始，歡迎大家来看", item=Item(title="x", locale="zh-TW"))
    assert {(f.rule, f.severity) for f in hits} >= {("language.match", Severity.REVIEW)}


def test_an_operator_may_let_another_language_be() -> None:
    settings = PolicySettings.model_validate({"language": {"action": "off"}})
    item = Item(title="x", locale="es-ES")
    hits = findings(body="A photographer in the park", item=item, settings=settings)
    assert "language.match" not in {f.rule for f in hits}


def test_the_finding_names_the_language_and_the_words() -> None:
    (finding,) = [f for f in findings(body="Las mejores recetas para esta noche ya están aquí") if f.rule in RULES]
    assert (finding.rule, finding.field, finding.severity) == ("language.match", "body", Severity.BLOCK)
    assert "es" in finding.message
    assert finding.end > finding.start
