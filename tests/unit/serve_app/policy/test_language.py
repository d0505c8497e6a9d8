# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""language.match: the copy is in the language of its audience, or too short to tell."""

from __future__ import annotations

import pytest
from babel import Locale
from babel.localedata import locale_identifiers

from deployments.types import Item, Severity
from serve_app.policy import PolicySettings
from tests.unit.serve_app.policy.judge import findings
from tests.unit.serve_app.policy.language_cases import FOREIGN, OTHER_LANGUAGE, SAME_LANGUAGE

RULES = ("language.match", "script.wrong", "script.mixed")


def blocked(locale: str, title: str = "", body: str = "", item_title: str = "x") -> set[str]:
    """The ids of this file's rules that reject the copy."""
    hits = findings(title, body, item=Item(title=item_title, locale=locale))
    return {f.rule for f in hits if f.severity.rejects and f.rule in RULES}


@pytest.mark.parametrize(("locale", "title", "body"), FOREIGN)
def test_foreign_copy_blocks(locale: str, title: str, body: str) -> None:
    assert blocked(locale, title, body) & {"language.match", "script.wrong"}


@pytest.mark.parametrize(("locale", "title", "body"), OTHER_LANGUAGE)
def test_another_language_blocks(locale: str, title: str, body: str) -> None:
    assert "language.match" in blocked(locale, title, body)


@pytest.mark.parametrize(("locale", "title", "body"), SAME_LANGUAGE)
def test_the_audiences_language_passes_with_its_loan_words_names_and_quotations(
    locale: str, title: str, body: str
) -> None:
    assert blocked(locale, title, body) == set()


def test_a_brand_of_the_item_may_have_kana() -> None:
    assert blocked("zh-CN", "すき家牛丼买一送一", item_title="すき家新店开业") == set()


@pytest.mark.parametrize(
    ("locale", "title", "body"),
    [
        ("en-US", "Las cinco mejores playas", "A guide to the coast for people who hate crowds"),
        ("ru-RU", "Сьогодні знижки на все", "Скидки действуют до конца недели"),
    ],
)
def test_a_short_title_that_may_be_a_name_is_for_review(locale: str, title: str, body: str) -> None:
    hits = findings(title, body, item=Item(title="x", locale=locale))
    assert [(f.severity, f.field) for f in hits if f.rule == "language.match"] == [(Severity.REVIEW, "title")]


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
