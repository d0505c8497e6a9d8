# ruff: noqa: RUF001, E501 - the letters of other scripts are meant, and rows of tables stay whole
"""Addresses and handles as they are read out: "marta at huerta dot es", "собака, koshkin, подчёркивание, dom"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import regex

from serve_app.policy.cues import Cued


def _spoken(words: str) -> str:
    """A pattern for words between two equal pauses: commas on both sides, or spaces on both."""
    return rf"(?:\s*[,،、]\s*(?:{words})\s*[,،、]\s*|\s+(?:{words})\s+)"


# Dots of other scripts, and words for a dot, for @ and for an underscore that stand between parts of an address.
_DOT_WORD: Final = r"dot|точка|тчк|punto|ponto|डॉट|डाट|نقطة|نقطه|دوت|ドット|点|點"
_AT_WORD: Final = r"at|собака|собачка|arroba|ऐट|एट|अट|آت|ات|أت|アット(?:マーク)?|艾特|小老鼠"
_UNDERSCORE: Final = (
    r"(?:нижнее )?подч[её]ркивание|gui[oó]n bajo|underline|sublinhado|tra[cç]o (?:baixo|inferior)|شرطة سفلية|أندرسكور|अंडरस्कोर|अंडर ?स्कोर"
    r"|アンダー(?:バー|スコア)|下划线|下劃線|底线|底線"
)
# English "underscore" is a verb, too: only between commas, or in what a word such as "handle" introduces.
_ENGLISH_UNDERSCORE: Final = r",\s*under ?score\s*,\s*|(?<=(?::|\b(?:is|at|id|handle|name))\s+\w{2,20})\s+under ?score\s+|(?<=_\w{2,20})\s+under ?score\s+"
# Before a space and a dot no name of a site ends: "it ends in .shop".
_LITTLE: Final = (
    "in|the|an|of|with|by|on|for|or|and|as|is|to|en|el|la|un|una|"
    "con|de|por|em|um|uma|com|no|na|do|в|на|с|и|из|от|الى|في|में"
)
# What a dot-word is followed by, in the letters of other scripts.
_ENDINGS: Final = {
    **dict.fromkeys(("कॉम", "काम", "كوم", "コム"), "com"),
    **dict.fromkeys(("नेट", "نت", "ネット"), "net"),
    **dict.fromkeys(("ऑर्ग", "أورغ", "اورج", "орг", "オルグ"), "org"),
    **dict.fromkeys(("इन",), "in"),
}
_ENDING: Final = regex.compile("|".join(sorted(_ENDINGS, key=len, reverse=True)) + r"(?![\p{L}\p{M}])")
_SPELLED_DOT: Final = regex.compile(
    rf"(?<!\s)\s{{0,8}}[\[({{<]\s*(?:{_DOT_WORD}|[.。])\s*[\])}}>]\s*|(?<=\w){_spoken(_DOT_WORD)}(?=\w)|(?<=[a-z0-9])\s?(?:点|點|ドット)(?=[a-z])"
    rf"|(?<=[\p{{L}}\p{{N}}])(?<!\b(?:{_LITTLE}))\s[.。]\s?(?=\p{{L}})",
    regex.IGNORECASE,
)
_SPELLED_AT: Final = regex.compile(
    rf"(?<!\s)\s{{0,8}}[\[({{<]\s*(?:{_AT_WORD}|@)\s*[\])}}>]\s*|(?<=\w){_spoken(_AT_WORD)}(?!the\b|an?\b)(?=\w)|(?<=[a-z0-9])\s?(?:アット(?:マーク)?|艾特|小老鼠)\s?(?=[a-z0-9])",
    regex.IGNORECASE,
)
_ADDRESS: Final = regex.compile(rf"[\[({{<]\s*(?:{_AT_WORD}|{_DOT_WORD}|[.@])|{_DOT_WORD}|\s\.", regex.IGNORECASE)
# How the @ before a handle is read out. "собака" is a dog, too: "собака Rex" names none.
_DOG: Final = "собака|собачка"
_HANDLE_SIGN: Final = "arroba|ऐट|एट|आट|アットマーク|艾特|آت|at sign"
_HANDLE: Final = Cued(rf"under ?score|{_UNDERSCORE}|{_DOG}|{_HANDLE_SIGN}")
_JOINED_UNDERSCORE: Final = regex.compile(
    rf"(?<=\w)(?:{_spoken(_UNDERSCORE)}|\s*(?:{_UNDERSCORE})\s*)(?=\w)|{_ENGLISH_UNDERSCORE}", regex.IGNORECASE
)
_THEN: Final = r"(?:\s*[,،、]\s*|\s+)?(?:(?:дальше|затем|потом|luego|depois|then|ثم|फिर)\s+)?"
_HANDLE_AT: Final = regex.compile(
    rf"(?<!\w)(?:(?:{_DOG})\b{_THEN}(?=(?-i:[a-z])|\w*[_\d])|(?:{_HANDLE_SIGN})\b{_THEN})(?=[a-z])", regex.IGNORECASE
)


class Joined(NamedTuple):
    """A text in which signs stand for spelled ones. starts, ends: where each character begins and ends in the text."""

    text: str
    starts: list[int]
    ends: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the text that was read. start, end: of one or more characters of the joined text."""
        return self.starts[start], self.ends[end - 1]


def joined_address(text: str) -> Joined | None:
    """Return the text with spelled dots and @ as signs; None where there are none."""
    if not _ADDRESS.search(text):
        return None
    found = [(m.start(), m.end(), ".") for m in _SPELLED_DOT.finditer(text)]
    found += list(_endings(text, [end for _, end, _ in found]))
    found += [(m.start(), m.end(), "@") for m in _SPELLED_AT.finditer(text)]
    return _joined(text, found)


def joined_handle(text: str) -> Joined | None:
    """Return the text with spelled underscores and a spelled @ before a handle as signs, likewise."""
    if _HANDLE.search(text) is None:
        return None
    found = [(m.start(), m.end(), "_") for m in _JOINED_UNDERSCORE.finditer(text)]
    found += [(m.start(), m.end(), "@") for m in _HANDLE_AT.finditer(text)]
    return _joined(text, found)


def _endings(text: str, places: list[int]) -> Iterator[tuple[int, int, str]]:
    for place in places:
        if match := _ENDING.match(text, place):
            yield match.start(), match.end(), _ENDINGS[match.group()]


def _joined(text: str, found: list[tuple[int, int, str]]) -> Joined | None:
    if not found:
        return None
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    place = 0
    for start, end, sign in sorted(found):
        if start < place:
            continue
        out += [*text[place:start], *sign]
        starts += [*range(place, start), *(start for _ in sign)]
        ends += [*range(place + 1, start + 1), *(end for _ in sign)]
        place = end
    out += text[place:]
    starts += range(place, len(text))
    ends += range(place + 1, len(text) + 1)
    return Joined("".join(out), starts, ends)
