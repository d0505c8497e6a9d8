"""Chinese characters: Chinese or Japanese, simplified or traditional.

The character sets of each market tell: GB 2312 has the simplified forms, Big5 the traditional ones, JIS X 0208 the
Japanese ones. A character that only one of them has is of that market.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import regex

_HAN: Final = regex.compile(r"\p{Han}")
_HIRAGANA: Final = regex.compile(r"[ぁ-ゖ]")
_KANA: Final = regex.compile(r"[ぁ-ゖァ-ヺ]")
# Characters that hardly any Chinese sentence is without, and that Japanese writes with kana or not at all.
_CHINESE: Final = frozenset("你您們们這这那哪嗎吗呢吧麼么很把給给讓让還还沒没就也是了的跟從从妳啦喔哦")
# Shared with Japanese, in names and compounds: they tell only beside others.
_WEAK: Final = frozenset("也是了的就那把呢没還從")
# Traditional forms that Japanese has given up; names keep some.
_OLD: Final = frozenset(
    "來國學會體對發點關經樂邊應變區廣數號讀實萬與戰單價歸氣圖團圍壓將專屬帶惡戀擇擊據擔攝斷歡歲歷殘滿燈營獨產當疊禮縣總聲聽臺舊處裝觀觸證譯讓賣轉辭鐵險隱雜靈靜顏顯餘驛驗齊"
)
# Typed in traditional text too, mostly in Hong Kong.
_IN_TRADITIONAL: Final = frozenset("着温床群裏凶台卧参里后")
_NO_KANA: Final = 12  # characters in a row that no Japanese sentence is without kana


def is_chinese(text: str) -> bool:
    """Whether a text for Japanese readers is surely Chinese."""
    if len(_KANA.findall(text)) > 1:
        return False
    characters = _HAN.findall(text)
    if len(characters) < 4:
        return False
    chinese = sum(c not in _sets()["ja"] and (c in _sets()["Hans"] or c in _sets()["Hant"]) for c in set(characters))
    strong = sum(c in _CHINESE and c not in _WEAK for c in characters)
    weak = sum(c in _WEAK for c in characters)
    old = len(_OLD.intersection(characters))
    if chinese + strong >= 2 or (chinese + strong >= 1 and weak >= 1) or max(weak, old) >= 3:
        return True
    return len(characters) >= _NO_KANA and chinese + strong + weak + old >= 1


def is_japanese(text: str) -> bool:
    """Whether a text for Chinese readers is surely Japanese. A の or a brand in katakana is not."""
    hiragana = [c for c in _HIRAGANA.findall(text) if c != "の"]
    characters = set(_HAN.findall(text))
    sets = _sets()
    japanese = sum(c in sets["ja"] and c not in sets["Hans"] and c not in sets["Hant"] for c in characters)
    if japanese >= 3 or (japanese and hiragana):
        return True
    return len(hiragana) >= 2 and len(hiragana) * (3 if len(hiragana) == 2 else 8) > len(characters)


def wrong_form(text: str, form: str) -> tuple[list[str], bool]:
    """Return the characters of the other form than "Hans" or "Hant", and whether the text surely is in that form."""
    sets = _sets()
    other = "Hant" if form == "Hans" else "Hans"
    characters = set(_HAN.findall(text))
    wrong = [c for c in characters if c in sets[other] and c not in sets[form] and c not in _IN_TRADITIONAL]
    right = [c for c in characters if c in sets[form] and c not in sets[other]]
    return sorted(wrong, key=text.index), len(wrong) >= 3 and len(wrong) > len(right)


@cache
def _sets() -> dict[str, frozenset[str]]:
    return {name: _characters(codec) for name, codec in (("Hans", "gb2312"), ("Hant", "big5"), ("ja", "shift_jis"))}


def _characters(codec: str) -> frozenset[str]:
    han = "".join(map(chr, range(0x4E00, 0xA000)))
    return frozenset(han.encode(codec, "ignore").decode(codec))
