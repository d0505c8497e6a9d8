# ruff: noqa: RUF001 - the letters of other scripts are meant
"""Plain inflections of one word of a list, by its script. Words are folded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex

from serve_app.policy.conjugation import of_language

# Each row: the endings that a dictionary form may have, and the endings that replace it. A word takes the first row
# that fits and leaves a stem of two letters or more.
_Row = tuple[tuple[str, ...], str]
_RUSSIAN: Final[tuple[_Row, ...]] = (
    (("ый", "ий", "ой"), "ый ий ой его ого ему ому ым им ом ем ая яя ей ую юю ое ее ые ие ых их ыми ими ою о е а ы ен"),
    (("ся",), "ся сь"),
    (("ость",), "ость ости остью остей остям остями остях"),
    (("ие", "ье"), "ие ия ию ием ии ий иям иями иях ье ья ью ьем ьи"),
    (("ия",), "ия ии ию ией ий иям иями иях"),
    (("ить",), "ить ю у ишь ит им ите ят ат ил ила ило или и й ь йте"),
    (("ги",), "ги ег гам гами гах"),  # деньги
    (("ь",), "ь я ю ем е и ей ям ями ях ью"),
    (("й",), "й я ю ем е и ев ям ями ях"),
    (("а",), "а ы и е у ой ою ей ам ами ах"),
    (("я",), "я и е ю ей ею ь ям ями ях"),
    (("о",), "о а у ом е ам ами ах"),
)
_RUSSIAN_VERB: Final = ("ть", "ю", "ешь", "ет", "ем", "ете", "ют", "л", "ла", "ло", "ли", "й", "йте")
_RUSSIAN_NOUN: Final = ("а", "у", "ом", "ем", "е", "ы", "и", "ов", "ей", "ам", "ами", "ах")
_ROMANCE: Final = regex.compile(r"(?:[ai]d|[aeiou]t|os|ic|iv|ari|[eé]r|ur|an|in|os|ist|on|orr|ent|lc|nd)[oa]$")
_LATIN: Final[tuple[_Row, ...]] = (
    (("ção",), "ção ções cao coes"),
    (("ão",), "ão ões ãos ães ao oes"),
    (("ón",), "ón ones on"),
    (("ión",), "ión iones ion"),
    (("z",), "z ces zes"),
    (("m",), "m ns ms"),
    (("al",), "al ales als ais"),
    (("el",), "el eles els eis éis"),
    (("y",), "y ies ys"),
)
_NO_ES: Final = frozenset("bcfgkpqtvw")  # "tap" has no "tapes"
_VERB: Final = regex.compile(r"[bcdfghklmnprstvz]{2}$")
_HINDI: Final[tuple[_Row, ...]] = (
    (("ा",), "ा े ी ों ीं ओं"),
    (("आ",), "आ ए ई ओं ओ"),
    (("ी",), "ी ियां ियों ि ियो"),
    (("ि",), "ि ियां ियों"),
    (("ू", "ु"), "ू ु ुओं ुएं"),
)
_HINDI_CASES: Final = ("में", "से", "का", "की", "के", "को", "पर", "ने")
_ARABIC_ENDINGS: Final = ("ا", "ات", "ين", "ون", "ان", "ه", "ها", "هم", "ك", "كم", "نا", "ي")
_KOREAN: Final = (
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "에",
    "의",
    "로",
    "으로",
    "와",
    "과",
    "도",
    "만",
    "에서",
    "부터",
    "까지",
    "입니다",
)
_ARABIC_PREFIXES: Final = (
    "وال",
    "فال",
    "بال",
    "كال",
    "ولل",
    "فلل",
    "وبال",
    "لل",
    "ال",
    "وب",
    "ول",
    "و",
    "ف",
    "ب",
    "ك",
    "ل",
    "س",
)
_LONG_ARTICLE: Final = 3
# Letters that begin many words. What they stand before must be longer, or برهان would be a bet.
_SHORT_PREFIX: Final = {"و": 3, "ف": 5, "ب": 5, "ك": 5, "ل": 5, "س": 5, "وب": 4, "ول": 4}

_SCRIPTS: Final = (
    ("Cyrillic", regex.compile(r"\p{Cyrillic}")),
    ("Latin", regex.compile(r"\p{Latin}")),
    ("Arabic", regex.compile(r"\p{Arabic}")),
    ("Devanagari", regex.compile(r"\p{Devanagari}")),
    ("Hangul", regex.compile(r"\p{Hangul}")),
)


def forms(word: str, language: str = "") -> set[str]:
    """Return the word and its plain inflections. language: of the text; verbs of some are known only by it."""
    script = next((name for name, letters in _SCRIPTS if letters.search(word)), "")
    match script:
        case "Cyrillic":
            return {word, *_russian(word)}
        case "Latin":
            return {word, *_latin(word), *of_language(word, language)}
        case "Arabic":
            return {word, *_arabic(word)}
        case "Devanagari":
            return {word, *_hindi(word)}
        case "Hangul":
            return {word, *(word + ending for ending in _KOREAN)} if len(word) > 1 else {word}
    return {word}


def without_article(word: str) -> Iterator[str]:
    """Yield what an Arabic word is without its article, conjunction and prepositions."""
    for prefix in _ARABIC_PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= _SHORT_PREFIX.get(prefix, _LONG_ARTICLE):
            yield word[len(prefix) :]
            if prefix == "لل" and word[2] != "ل":  # the article's l has merged with a first l
                yield "ل" + word[2:]


def _by_rows(word: str, rows: tuple[_Row, ...], shortest: int) -> list[str] | None:
    for endings, replaced in rows:
        for ending in endings:
            if word.endswith(ending) and len(word) - len(ending) >= shortest:
                stem = word[: len(word) - len(ending)]
                return [stem + other for other in replaced.split()]
    return None


def _russian(word: str) -> list[str]:
    if len(word) < 3:
        return []
    if word.endswith(("ать", "ять", "еть", "уть")):
        return [word[:-2] + ending for ending in _RUSSIAN_VERB]
    found = _by_rows(word, _RUSSIAN, 2)
    if word.endswith("ка") and len(word) > 4 and word[-3] in "бвджзлмнпрстчш":  # ставка, ставок
        found = [*(found or ()), word[:-2] + "ок", word[:-2] + "ек"]
    if found is None:
        found = [word + ending for ending in _RUSSIAN_NOUN] if regex.search(r"[бвгджзклмнпрстфхцчшщ]$", word) else []
        if word.endswith("ец"):
            found += [word[:-2] + "ц" + ending for ending in _RUSSIAN_NOUN]
        elif word.endswith(("ок", "ек")):
            found += [word[:-2] + "к" + ending for ending in _RUSSIAN_NOUN]
    return found


def _latin(word: str) -> list[str]:
    if len(word) < 3:
        return []
    found = [word + "s", word + "'s"]
    if word[-1] not in _NO_ES:
        found.append(word + "es")
    found += _by_rows(word, _LATIN, 2) or ()
    if len(word) > 4 and _ROMANCE.search(word):
        found += [word[:-1] + ending for ending in ("o", "a", "os", "as")]
    if len(word) > 4 and word[-1] in "oae":
        found += [word[:-1] + ending for ending in ("ito", "ita", "itos", "itas", "inho", "inha", "ão", "ao")]
    if len(word) > 3 and _VERB.search(word):
        found += [word + ending for ending in ("ed", "ing", "er", "ers")]
    return found


def _arabic(word: str) -> list[str]:
    bare = word[2:] if word.startswith("ال") and len(word) > 4 else word
    found = [bare]
    if len(bare) > 2:
        stem = bare[:-1]
        if bare.endswith("ه"):
            found += (
                [stem, *(stem + ending for ending in ("ات", "تها", "تك", "تي", "تنا"))]
                if len(stem) > 3
                else [stem + "ات"]
            )
        else:
            found += [bare + ending for ending in _ARABIC_ENDINGS]
        if bare.endswith("ا") and len(stem) > 3:
            found += [stem, stem + "ي", stem + "يه"]
    return found


def _hindi(word: str) -> list[str]:
    found = _by_rows(word, _HINDI, 2) or [word + ending for ending in ("ों", "ें", "ो")]
    if len(word) > 3:
        found += [form + case for form in (word, *found) for case in _HINDI_CASES]
    return found
