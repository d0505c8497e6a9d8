# ruff: noqa: RUF001, RUF003, E501 - the letters of other scripts are meant, and rows of tables stay whole
"""Handles that are dictated: a messenger, perhaps in disguise ("the green app"), then letters and signs in words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

import regex

from serve_app.policy.cues import Cued

_REACH: Final = 40  # characters between the messenger and what is dictated
_FEWEST: Final = 4  # letters
_MOST: Final = 16  # messengers of a text behind which one looks

# What people call a messenger that they do not want to name.
DISGUISED: Final = (
    r"the (?:green|purple|paper plane|bird|ghost|yellow) app|the paper plane|'gram"
    r"|la app verde|la aplicación verde|el avioncito|guasap|wasap|wasáp|whats"
    r"|o app verde|aplicativo verde|o verdinho|aviãozinho|\bzap(?:zap)?\b"
    r"|зел[её]н(?:ый|ом|ого) (?:мессенджер|приложени)\p{L}*|зел[её]н(?:ая|ой) трубк\p{L}|(?:бумажн\p{L}+ )?самол[её]тик\p{L}*|вацап\p{L}*|телег[аеуи]"
    r"|التطبيق الأخضر|الطائرة الورقية|تلي|الواتس"
    r"|हर[ेा] (?:वाले )?ऐप|कागज़? के जहाज़? वाले ऐप|काग़ज़ के जहाज़ वाले ऐप"
    r"|(?:黄?緑)の(?:トーク|チャット|メッセージ)?(?:アプリ|アイコン)|紙飛行機(?:の)?アプリ|らいん"
    r"|绿泡泡|綠泡泡|绿色软件|绿色的?聊天软件|小绿|纸飞机|紙飛機|威信"
)
_NAMED: Final = (
    r"telegram|\btg\b|whats ?app|signal\b|viber|skype|discord|snap(?:chat)?\b|instagram|\binsta\b|wechat|messenger|kakao|(?<![a-z])line(?![a-z])"
    r"|телеграм\p{L}*|\bтг\b|инстаграм\p{L}*|инст[аеу]\b|ватсап\p{L}*|вотсап\p{L}*|вайбер\p{L}*"
    r"|تيليجرام|تليجرام|تلغرام|تلجرام|واتساب|واتس|انستغرام|إنستغرام|انستا|سناب"
    r"|टेलीग्राम|व्हाट्सएप|व्हाट्सऐप|वॉट्सऐप|इंस्टाग्राम|इंस्टा|यूपीआई"
    r"|テレグラム|インスタ(?:グラム)?|ライン|ディスコード|カカオ|微信|薇信|扣扣|企鹅|电报|電報"
)
_MESSENGER: Final = Cued(rf"{DISGUISED}|{_NAMED}")

_AT: Final = "собака|собачка|arroba|at sign|ऐट|एट|آت|アットマーク|艾特|小老鼠"
_UNDERSCORE: Final = r"(?:нижнее )?подч[её]ркивание|gui[oó]n bajo|underline|sublinhado|tra[cç]o baixo|شرطة سفلية|أندرسكور|अंडर ?स्कोर|アンダー(?:バー|スコア)|下線|下划线|下劃線|底线|底線|under ?score"
_PAUSE: Final = r"\s*[,،、，;]\s*|\s+"
# Names of letters as they are read out, and single letters.
_LETTERS: Final = (
    r"\p{Latin}|\p{Cyrillic}"
    r"|be|ce|de|efe|ge|hache|jota|ka|ele|eme|ene|eñe|pe|cu|erre|ese|te|uve|equis|zeta|bê|cê|dê|efe|gê|agá|jota|cá|êne|ême|pê|quê|érre|ésse|tê|vê|xis|zê"
    r"|эм|эн|эль|эр|эс|эф|бэ|вэ|гэ|дэ|жэ|зэ|ка|пэ|тэ|ха|цэ|че|ша"
    r"|ألف|باء|تاء|ثاء|جيم|حاء|خاء|دال|ذال|راء|زاي|سين|شين|صاد|ضاد|طاء|ظاء|عين|غين|فاء|قاف|كاف|لام|ميم|نون|هاء|واو|ياء"
    r"|ए|बी|सी|डी|ई|एफ|जी|एच|आई|जे|के|एल|एम|एन|ओ|पी|क्यू|आर|एस|टी|यू|वी|डब्ल्यू|एक्स|वाई|ज़ेड"
)
_KANA: Final = "エー|えー|ビー|びー|シー|しー|ディー|でぃー|イー|いー|エフ|えふ|ジー|じー|エイチ|えいち|アイ|あい|ジェー|じぇー|ケー|けー|エル|える|エム|えむ|エヌ|えぬ|オー|おー|ピー|ぴー|キュー|きゅー|アール|あーる|エス|えす|ティー|てぃー|ユー|ゆー|ブイ|ぶい|ダブリュー|だぶりゅー|エックス|えっくす|ワイ|わい|ゼット|ぜっと"
_HAN_HOW: Final = "拼音|全拼|首字母|小写|大写|英文|字母|谐音"
_HAN_THEN: Final = (
    r"(?:后面|後面|再|然后|然後|接着)?(?:(?:跟|加|接|连)(?=[^。！？]{0,6}[\da-z零一二三四五六七八九])|是(?=[\da-z]))"
)
# Those who teach letters dictate none.
_ALPHABET: Final = r"(?!(?:a[\s,\-]+b[\s,\-]+c|а[\s,\-]+б[\s,\-]+в|ए[\s,\-]+बी[\s,\-]+सी|ألف[\s,،\-]+باء|[エえ]ー[・、,\s]?[ビび]ー[・、,\s]?[シし]ー))"
_DICTATED: Final = regex.compile(
    # "собака, марина, нижнее подчёркивание, лис", "lena, underscore, kovacs"
    rf"(?:(?<!\w)(?:{_AT})(?:{_PAUSE}))?(?<!\w)[\p{{L}}\p{{M}}\p{{N}}]{{1,20}}\s*[,،、，]\s*(?:{_UNDERSCORE})\s*[,،、，]\s*[\p{{L}}\p{{M}}\p{{N}}]{{1,20}}"
    # "эм, а, эр, и": letters
    rf"|(?<![\p{{L}}\p{{M}}]){_ALPHABET}(?:{_LETTERS})(?:(?:\s*[,،、\-]\s*|\s)(?:{_LETTERS})(?![\p{{L}}\p{{M}}])){{{_FEWEST - 1},20}}+"
    # わいゆーけーあい
    rf"|(?<![\p{{Katakana}}ー]){_ALPHABET}(?:(?:{_KANA})[・、,\s]?){{{_FEWEST - 1},20}}+"
    # 笑脸拼音，后面跟四个八
    rf"|(?:{_HAN_HOW})[，、,的\s]{{0,2}}{_HAN_THEN}",
    regex.IGNORECASE,
)


def dictated_handles(text: str) -> Iterator[tuple[int, int]]:
    """Yield the places of handles that are dictated right behind a messenger's name."""
    last = 0
    for messenger in islice(_MESSENGER.finditer(text), _MOST):
        if messenger.start() < last:
            continue
        found = _DICTATED.search(text, messenger.end(), messenger.end() + 4 * _REACH)
        if found and found.start() - messenger.end() <= _REACH:
            last = found.end()
            yield found.span()
