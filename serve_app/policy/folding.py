# ruff: noqa: RUF001 - the letters of other scripts are meant
"""Folding of letters that look alike or differ in no meaning, so that a disguised word equals the plain one."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

import regex

# What no reader sees: format characters, fillers, variation selectors, marks laid over a letter, Arabic vowel signs
# and the stretcher, and the dot below of Devanagari, which many leave out.
_UNSEEN: Final = regex.compile(
    r"[\p{Cf}\u034F\u115F\u1160\u3164\uFFA0\uFE00-\uFE0F\u180B-\u180D\u0300-\u036F\u1AB0-\u1AFF\u1DC0-\u1DFF\u20D0-\u20FF"
    r"\uFE20-\uFE2F\u0640\u064B-\u065F\u0670\u06D6-\u06ED\u093C]"
)
_SAME: Final = dict(zip("أإآٱىةکیؤئёँऩऱऴ蕞", "اااايهكيويеंनरळ最", strict=True)) | {
    chr(start + n): chr(ord("a") + n) for start in (0x1F130, 0x1F150, 0x1F170) for n in range(26)
}
_SMALL_CAPITALS: Final = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢɑɡıɩɐƒ", "abcdefghijklmnoprstuvwyzagiiaf", strict=True))
# Lookalikes, as capitals or as small letters.
_TO_LATIN: Final = str.maketrans(
    "авсԁеһіјкмнопрԛѕтуѵѡхԍгьиαβεζηικμνορτυχωσγօհոսց",
    "abcdehijkmhonpqstyvwxgrbuabezhikmvoptyxwoyohnug",
)
_TO_CYRILLIC: Final = str.maketrans("aàábcçeéhkmnoóptuyxr3046", "ааавссеенкмпоортиухгзочб")
# Leetspeak. A one is an i or an l, so a word has two readings.
_LEET: Final = "0345789@$€£!|¡+"
_LEET_I: Final = str.maketrans(_LEET + "1", "oeastbgasel" + "iiit" + "i")
_LEET_L: Final = str.maketrans(_LEET + "1", "oeastbgasel" + "lllt" + "l")
_LEET_CYRILLIC: Final = str.maketrans("034610", "озчбло")
# Letters with marks that belong to a language. A mark that does not is a disguise.
_OWN_MARKS: Final = {
    "en": "",
    "es": "áéíóúüñ",
    "pt": "áâãàçéêíóôõúü",
    "ru": "й",
    "hi": "",
    "ar": "",
    "ja": "",
    "zh": "",
}
_MOST_MARKS: Final = 2  # on one word of such a language
_CYRILLIC_LANGUAGES: Final = frozenset({"ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "tt"})


class Folded(NamedTuple):
    """A text with its letters folded. at: for each of its characters, and for its end, the place in the source."""

    text: str
    at: list[int] | range

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the source, with all marks of its last letter."""
        return self.at[start], self.at[end]


def folded(text: str) -> Folded:
    """Fold case, and what `_UNSEEN` and `_SAME` name. text: NFKC-normalised."""
    if text.isascii():
        return Folded(text.lower(), range(len(text) + 1))
    out: list[str] = []
    at: list[int] = []
    for place, letter in enumerate(text):
        for plain in _fold(letter):
            out.append(plain)
            at.append(place)
    at.append(len(text))
    return Folded("".join(out), at)


@lru_cache(maxsize=8192)
def _fold(letter: str) -> str:
    if letter in _SAME:
        return _SAME[letter]
    plain = _SMALL_CAPITALS.get(letter) or _UNSEEN.sub("", letter.casefold().replace("\u2019", "'"))
    return "".join(_SAME.get(one, one) for one in plain)


def plain_letters(word: str, keep: str = "") -> str:
    """Remove the marks of Latin letters, but of those in `keep`."""
    if word.isascii():
        return word
    return "".join(letter if letter in keep else _without_mark(letter) for letter in word)


@lru_cache(maxsize=4096)
def _without_mark(letter: str) -> str:
    if letter in "øłđħ":
        return "oldh"["øłđħ".index(letter)]
    base = unicodedata.normalize("NFD", letter)
    return base[0] if len(base) > 1 and base[0].isascii() else letter


def undisguised(word: str, language: str) -> list[str]:
    """Return what a folded word may stand for: itself, and without foreign marks, lookalikes and leetspeak."""
    found = [word]
    if word.isascii() and word.isalpha():
        if _V_FOR_U.search(word):
            found.append(_V_FOR_U.sub("u", word))
        if language not in _CYRILLIC_LANGUAGES:
            return found
    elif not word.isascii() and _is_marked_oddly(word, language):
        found.append(plain_letters(word))
    latin, other = bool(_LATIN.search(word)), bool(_LOOKALIKE.search(word))
    if other and (latin or language not in _CYRILLIC_LANGUAGES):
        read = plain_letters(word.translate(_TO_LATIN))
        if read.isascii():
            found.append(read)
    if latin and (other or language in _CYRILLIC_LANGUAGES):
        read = word.translate(_TO_CYRILLIC)
        if not _LATIN.search(read):
            found.append(read)
    if _LEET_SIGN.search(word):
        for each in tuple(found):
            if _LATIN.search(each):
                found += (each.translate(_LEET_I), each.translate(_LEET_L))
            elif other:
                found += (each.translate(_LEET_CYRILLIC), each.replace("3", "е").translate(_LEET_CYRILLIC))
    return found


_V_FOR_U: Final = regex.compile(r"(?<=[bcdfghjklmnpqrstwxz])v(?=[bcdfghjklmnpqrstwxz])")
_LATIN: Final = regex.compile(r"\p{Latin}")
_LOOKALIKE: Final = regex.compile(r"[\p{Cyrillic}\p{Greek}\p{Armenian}]")
_LEET_SIGN: Final = regex.compile(r"[0-9@$€£!|¡+]")


def _is_marked_oddly(word: str, language: str) -> bool:
    own = _OWN_MARKS.get(language)
    if own is None:
        return False
    marked = [letter for letter in word if _without_mark(letter) != letter]
    return len(marked) > _MOST_MARKS or any(letter not in own for letter in marked)


def unstretched(word: str) -> str | None:
    """Return the word with each run of one letter made one letter, or None where nothing stands three times."""
    return squeezed(word) if _THRICE.search(word) else None


def squeezed(word: str) -> str:
    return _RUN.sub(r"\1", word)


_THRICE: Final = regex.compile(r"(\p{L})\1\1")
_RUN: Final = regex.compile(r"(\p{L})\1+")
