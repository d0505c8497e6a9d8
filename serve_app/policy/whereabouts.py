# ruff: noqa: RUF001, E501 - the letters of other scripts are meant, and rows of tables stay whole
"""Where a person lives, and names by which one is reached: streets with a number, and handles of messengers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import regex

from serve_app.policy.dictated import dictated_handles
from serve_app.policy.person_numbers import words
from serve_app.policy.spelled import joined_handle


class Place(NamedTuple):
    """An address or a handle in a text."""

    rule: str
    start: int
    end: int
    is_sure: bool = True


_CAPITAL: Final = r"[\p{Lu}\d][\p{L}\p{M}\d'’.]{0,30}+"
_ROMANCE_NAME: Final = rf"(?:(?:de|del|de la|de los|de las|da|do|das|dos|la|las|el|los|e|y)\s+)*+{_CAPITAL}"
# What goes on behind a house number. Any other word is what is counted: "Calle Mayor, 15 tapas".
_ROMANCE_GOES_ON: Final = (
    r"(?=\s*(?:$|[^\p{L}\p{N}\s€$%]|\p{Lu}|[oa]\b|(?:y|e|a|en|em|com|con)\s+(?!\d)|(?i:desde|donde|onde|junto|frente|cerca|perto|hoy|hoje|para|por|al|ao|hasta|até|bajo|baixo|piso|planta|puerta|portal|izq|izquierda|dcha|derecha|esq|esquina"
    r"|apto|apt|apartamento|d[e]?pto|casa|bloco|bl|fundos|sala|cp|cep|bis|entre|viven?|moram?|te|se|está|lo|la|el|los|las|no|na|os|as|que)\b))"
)
_RUSSIAN_NUMBER: Final = (
    r"(?:(?i:д\.|дом[аеу]?)\s*\d{1,4}(?!\d)|\d{1,4}(?![\d:]|[.,]\d)(?=\s*(?:$|[^\p{L}\p{N}\s%₽]|\p{Lu}|[а-гА-Г]\b|(?:и|с|в|до|от)\s+(?!\d|половин)|(?i:на|у|за|корпус\p{L}*|корп|стр|строение|кв|квартир\p{L}*|подъезд\p{L}*|где|жив[её]т"
    r"|жд[её]т|сегодня|завтра|напротив|рядом|возле)(?!\p{L}))))"
)
_JAPANESE_NUMBER: Final = r"(?:\d{1,4}|[一二三四五六七八九十百]{1,5})"
_JAPANESE_COUNTED: Final = "店|軒|人|枚|本|件|個|つ|館|か所|箇所|カ所|ヶ所|周年|年|月|日|時|分|円|割|%|点|台|席|匹|羽|回|度|位|社|組|名|杯|種|品|歳|倍"
_STREETS: Final = tuple(
    regex.compile(pattern)
    for pattern in (
        # English: 221B Baker Street; 5th Avenue has no house number.
        r"(?<![\p{L}\p{N}$€£.,/\-])\d{1,5}[A-Za-z]?(?:[\-/]\d{1,4})?,?\s+(?:[NSEW]\.?\s+|(?:North|South|East|West)\s+)?(?:(?:[A-Z][\p{L}'’.\-]+|\d{1,3}(?:st|nd|rd|th))\s+){1,3}"
        r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Terrace|Crescent|Close|Grove|Mews|Parkway|Pkwy|Nagar|Marg)\b\.?(?!\s+(?:\p{L}+\s+)?(?:food|party|artist|race|style|stands|(?:baker|galler|eater|famil|brewer)ies|bakers|shops|caf[eé]s|restaurants|bars|stores|banks|artists|traders|houses|homes|vendors|stalls|buildings|murals|pubs|spots|businesses|residents|neighbou?rs|trees|bands|classics|favou?rites|landmarks)\b)",
        r"(?i:\b(?:apt|apartment|flat|unit|suite)\.?\s*(?:#|no\.?\s*)?\d{1,4}[a-z]?\b),?\s+(?=[\p{L}\d])[^.!?\n]{0,40}(?i:street|st\b|road|rd\b|avenue|ave\b|lane|house|tower|block)",
        # Spanish and Portuguese: calle Mayor, 15; Rua das Flores 123.
        rf"(?<!\p{{L}})(?i:calle|c/|avenida|avda\.?|av\.|paseo|plaza|carrera|cra\.?|calzada|pasaje|camino|rua|travessa|alameda|praça|estrada|largo|rodovia|bairro)\s*(?:{_ROMANCE_NAME}\s*){{1,4}}"
        rf"(?:,?\s*(?i:n[.ºo°]{{1,3}}|núm(?:ero)?\.?|número|#)\s*\d{{1,5}}|,\s*\d{{1,5}}(?![\d:]|[.,]\d){_ROMANCE_GOES_ON}|\s+\d{{1,5}}(?=\s*(?:[,.;)!]|$|-\s*\d|\d?\s?[oa°]\b)))",
        # Russian: ул. Ленина, д. 5.
        r"(?<!\p{L})(?i:ул\.|улиц[аеыу]|пр-т|пр-кт|просп\.|проспект[аеу]?|пер\.|переул[а-я]{2,4}|бульвар[аеу]?|б-р|шоссе|ш\.|наб\.|набережн[а-я]{2}|пл\.|площад[ьи]|проезд[аеу]?|мкр\.?)\s*(?:[\p{Lu}\d][\p{L}\-]+\s*){1,3},?\s*"
        rf"{_RUSSIAN_NUMBER}",
        r"(?<!\p{L})(?:[\p{Lu}][\p{L}\-]+\s+)(?:улиц[аеы]|ул\.|проспект|переулок|шоссе),?\s*" + _RUSSIAN_NUMBER,
        r"(?<!\p{L})(?:д\.|дом|корп\.)\s*\d{1,4}[\p{L}]?,?\s*(?:корп\.?\s*\d+,?\s*)?(?:кв\.?|квартир[аеы])\s*\d{1,4}",
        # Chinese: 中山路88号3单元502室.
        r"(?:\p{Han}{1,8}(?:路|街|大道|巷|弄|胡同|道)(?:[一二三四五六七八九十]段)?\s?(?:\d{1,5}|[一二三四五六七八九十百]{1,5})(?:[\-之]\d{1,3})?\s?(?:号|號|弄)(?![线線店馆館楼樓桥橋院线机])[\p{Han}\d\-]{0,14}?)(?:\d{1,4}(?:室|房|楼|樓|号楼))?",
        r"\d{1,3}\s?(?:栋|幢|号楼|號樓|座|单元|單元)\s?(?:\d{1,2}\s?单元)?\s?\d{2,4}\s?(?:室|房|号|號)",
        # Japanese: 渋谷区神南1丁目2番3号, 丸町3-14-2.
        r"\p{Han}{1,8}[都道府県市区町村郡]?[\p{Han}\p{Hiragana}\p{Katakana}]{0,8}(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s?丁目\s?"
        rf"{_JAPANESE_NUMBER}(?:番地|(?:番\s?|[\-‐-―ー]){_JAPANESE_NUMBER}(?:\s?号|[\-‐-―ー]\d{{1,4}})?|番(?=\s*(?:$|[。」』）)]))|(?![番\d一二三四五六七八九十百]|\s?(?:{_JAPANESE_COUNTED})))",
        r"(?:[都道府県市区町村郡]|\p{Han}[町丁台通])[\p{Han}\p{Hiragana}\p{Katakana}]{0,8}\d{1,4}[\-‐-―ー]\d{1,4}(?:[\-‐-―ー]\d{1,4})?(?![\d\-点勝敗対時])",
        r"(?:マンション|アパート|コーポ|ハイツ|荘|ハウス|レジデンス)\p{Han}{0,4}\s?\d{1,4}\s?号室|(?<!\d)\d{3,4}\s?号室",
        # Arabic: شارع النيل رقم 12.
        r"شارع\s+(?:[\p{Arabic}]+\s+){0,3}[\p{Arabic}]+[,،]?\s*(?:رقم|عمارة|مبنى|منزل|بناية|فيلا|شقة)\s*(?:رقم\s*)?\d{1,5}",
        r"(?<!\d)\d{1,4}\s+شارع\s+\p{Arabic}+|(?:عمارة|بناية|فيلا|منزل|مبنى)\s*(?:رقم\s*)?\d{1,4}[,،]?\s*(?:\p{Arabic}+\s+){0,3}شقة\s*(?:رقم\s*)?\d{1,4}",
        # Hindi: मकान नंबर 42, गांधी मार्ग.
        r"(?:मकान|घर|फ़?्?लैट|फ़्लैट|फ्लैट|प्लॉट|कोठी|क्वार्टर|हाउस)\s*(?:नंबर|नम्बर|नं\.?|संख्या|क्रमांक|न\.)\s*:?\s*[A-Z]?[\-/]?\d{1,5}",
        r"\d{1,5}[,\s]+(?:[\p{Devanagari}]+\s+){1,3}(?:मार्ग|गली|रोड|नगर|कॉलोनी|मोहल्ला)(?=[,।\s]|$)(?=.{0,30}(?:में रह|के घर|निवास|पिन|\d{6}))",
        r"(?:गली|सेक्टर|ब्लॉक)\s*(?:नंबर|नं\.?)?\s*\d{1,3}[,\s]+(?:मकान|घर|फ्लैट|प्लॉट)?\s*\d{1,5}",
        # German and others of the shape: name with strasse, then the number.
        r"\p{Lu}[\p{L}\-]{2,30}(?:straße|strasse|str\.|gasse|platz|weg)\s+\d{1,4}[a-z]?\b",
    )
)
_ADDRESS_HINT: Final = regex.compile(r"\d|[一二三四五六七八九十][号號番丁]")

_MESSENGER: Final = (
    r"telegram|\bt(?:ele)?g\b|whats ?app|\bwa\b|signal\b|viber|skype|discord|snapchat|\bsnap\b|instagram|\binsta\b|\big\b|tik ?tok|facebook|\bfb\b|messenger|kakao(?:talk)?|(?<![a-z])line(?![a-z])(?: id)?|wechat|we chat|\bqq\b|zalo|venmo|paypal|cash ?app|zelle|upi|gpay|phonepe|paytm|threads|twitter"
    r"|телеграм\p{L}{0,4}|телег[аеуи]|\bтг\b|инстаграм\p{L}{0,4}|инст[аеу]\b|вконтакте|\bвк\b|вотсап\p{L}{0,4}|ватсап\p{L}{0,4}|вайбер\p{L}{0,4}|скайп\p{L}{0,4}"
    r"|تيليجرام|تليجرام|تلغرام|تلجرام|واتساب|واتس|انستغرام|انستقرام|إنستغرام|انستا|سناب|سناب ?شات|فيسبوك"
    r"|टेलीग्राम|व्हाट्सएप|व्हाट्सऐप|वॉट्सऐप|इंस्टाग्राम|इंस्टा|यूपीआई"
    r"|テレグラム|インスタ(?:グラム)?|ライン|ディスコード|カカオ"
    r"|[vV微薇威维卫徽][^\p{L}\p{N}\s，。、！？；：,.]{0,3}信号?|[加+]卫星|微[❤♥]|加?绿(?:泡泡|色软件)|[wv]h[a4@]ts?[a4@]p{1,2}|t[e3€]l[e3€]gr[a4@]m|[i1!]nst[a4@]|واتـ{1,9}س|تـ{0,9}ل[يـ]{0,9}جرام|[加十+]\s?微信?|[加十+]?\s?[vV]\s?信|[加+]\s?[vV]|\bvx\b|\bwx\b|\bv[xX]\b|扣扣|企鹅号?|電報|电报|飞机号|小红书号?|抖音号?|賴\s?id"
)
_AFTER_MESSENGER: Final = regex.compile(
    rf"(?:{_MESSENGER})(?:\s?(?:id|user(?:name)?|handle|account|号码?|號|帳號|账号|ник|логин|usuario|usuário|حساب|आईडी|アカウント|は|is|as|como|ник[еу]?)){{0,2}}"
    r"(?P<sign>\s{0,2}:?\s?(?:arroba|собака)\s|\s{0,2}[:：=@\-–—>→、，]{1,2}\s{0,2}@?|\s{1,2}@?|\s{0,2}(?:,\s?)?@|)(?P<name>[A-Za-z][A-Za-z0-9_.\-]{3,31}|\d{5,12})(?![\p{L}])",
    regex.IGNORECASE,
)
# A name at a messenger has one of these, its messenger or the sign before it, or another script's words.
_NAME_HINT: Final = regex.compile(r"[\d_@:：=→>\p{Han}加+]|(?<=[\p{Cyrillic}\p{Arabic}\p{Devanagari}]\s)[a-z]|arroba")
_HANDLE: Final = regex.compile(r"(?<![\p{L}\p{N}_.@/])@[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.]{2,31}")
_CONTACT_CUE: Final = words(
    r"\bdms?\b", r"\bpm\b", r"\binbox\b", r"message", r"\bmsg\b", r"\btext\b", r"\bwrite\b", r"contact", r"reach (?:me|us|out|him|her)", r"hit me up", r"\bhmu\b", r"\border from\b", r"\bpay\b", r"send (?:money|cash)",
    "escr[ií]be", "cont[aá]cta", "m[aá]ndame", "h[aá]blame", r"\bmensaje", "p[ií]delo", "env[ií]a", "escreva", "chama", "fala (?:comigo|com)", "manda", "mensagem", "direct", "no privado",
    "пиши", "напиши", "личк", r"\bлс\b", "директ", "свяж", "обращай", "заказ", "переводи",
    "راسل", "تواصل", "كلم", "اكتب", "الخاص", "ارسل", "أرسل",
    "मैसेज", "संदेश", "लिखें", "संपर्क", "डीएम", "भेजें", "भुगतान", "पैसे",
    "報名", "报名", "預訂", "预订", "連絡", "メッセージ", "DM", "問い合わせ", "送って", "私信", "联系", "聯絡", "咨询", "滴滴", "加我", "找我",
)  # fmt: skip
_UPI: Final = regex.compile(
    r"(?<![\w.@])[\w.\-]{2,60}+@(?:ok(?:axis|icici|sbi|hdfcbank)|ybl|ibl|axl|apl|yapl|rapl|upi|paytm|pt(?:yes|axis|hdfc|sbi)|ax(?:isb|isbank|b)|icici|hdfcbank|sbi|jupiteraxis|freecharge|fbl|barodampay|kotak|idfcbank|indus|pnb|cnrb|waaxis|wahdfcbank|waicici|wasbi|ikwik|airtel|postbank|federal|rbl|yesbank|unionbank|slice|superyes)\b(?![.\w])",
    regex.IGNORECASE,
)
_CUE_REACH: Final = 40
_CLAUSE_END: Final = regex.compile(r"\s*(?:$|[.,;!?)(।。、！？،|\n]|\p{Han}|\p{Hiragana})")


def street_addresses(text: str) -> Iterator[Place]:
    """Yield streets with a number. text: with ASCII digits."""
    if _ADDRESS_HINT.search(text):
        for street in _STREETS:
            for match in street.finditer(text):
                yield Place("pii.address", match.start(), match.end())


def handles(text: str) -> Iterator[Place]:
    """Yield names at messengers and payment services. One without a cue beside it is not sure: a mention."""
    for start, end in dictated_handles(text):
        yield Place("pii.handle", start, end)
    spelled = joined_handle(text)
    if spelled is None:
        yield from _handles(text)
        return
    for place in _handles(spelled.text):
        start, end = spelled.span(place.start, place.end)
        yield place._replace(start=start, end=end)


def _handles(text: str) -> Iterator[Place]:
    for match in _AFTER_MESSENGER.finditer(text) if _NAME_HINT.search(text) else ():
        name, sign = match["name"], match["sign"]
        is_han = regex.match(r"[\p{Han}加+]", match.group()) is not None
        near = text[max(0, match.start() - _CUE_REACH) : match.start()]
        # "Telegram: Durov speaks" is a headline; a name alone behind the sign, or behind "write to", is a contact.
        is_alone = _CLAUSE_END.match(text, match.end()) is not None
        pointed = any(one in sign for one in ":：=→>") and (is_alone or bool(_CONTACT_CUE.search(near)))
        foreign = not match.group()[0].isascii() and is_alone and bool(_CONTACT_CUE.search(near))
        named = bool(regex.search(r"[\d_]", name)) or "@" in sign or len(sign.strip(" :")) > 3 or pointed or foreign
        if named or (is_han and not sign.isspace()):
            yield Place("pii.handle", match.start("name"), match.end("name"))
    if "@" not in text:
        return
    for match in _UPI.finditer(text):
        yield Place("pii.handle", match.start(), match.end())
    for match in _HANDLE.finditer(text):
        near = text[max(0, match.start() - _CUE_REACH) : match.end() + _CUE_REACH // 2]
        yield Place("pii.handle", match.start(), match.end(), bool(_CONTACT_CUE.search(near)))
