"""Names in Arabic: lists of names and places, the words around them, and words that no dictionary has."""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex

from serve_app.policy.name.found import Found
from serve_app.policy.name.known import Known, arabic_stems
from serve_app.policy.name.lists import countries, listed, places, well_known
from serve_app.policy.name.vocabulary import vocabulary
from serve_app.policy.text import bare

_WORD = regex.compile(r"[\p{Arabic}\p{M}]+")
# Who is named after an office or a form of address.
_TITLES: Final = frozenset(
    bare(
        "السيد السيدة الدكتور الدكتورة الشيخ الشيخة الأستاذ الأستاذة الفنان الفنانة المطرب المطربة النجم النجمة اللاعب"
        " الكابتن الأمير الأميرة الرئيس الوزير الحاج الحاجة الشاعر الشاعرة الممثل الممثلة المخرج الكاتب بقيادة المدرب"
    ).split()
)
_PREPOSITIONS: Final = frozenset(bare("في من إلى مدينة نحو عبر قرب بين").split())
_BEFORE_NAMES: Final = _PREPOSITIONS | frozenset(bare("مع عن لدى يا أن إن").split())
# Prefixes of spoken Arabic, whose verbs a dictionary lacks.
_SPOKEN: Final = regex.compile(r"^(?:ه[يتنا]|بي|بت|بن|حي|حت|حن|مب|ما)|ش$")
_LEAST_UNKNOWN: Final = 4  # letters
_LONGEST: Final = 3  # words of a well-known name


def names(text: str, known: Known) -> Iterator[Found]:
    """Yield the names of a text that the item does not have."""
    spans = [match.span() for match in _WORD.finditer(text)]
    words = [bare(text[start:end]) for start, end in spans]
    at = 0
    while at < len(words):
        length = _well_known(words, at, known)
        sure = True if length else _judge(words, at, known)
        if sure is not None:
            last = at + max(length, 1) - 1
            yield Found(text[spans[at][0] : spans[last][1]], spans[at][0], spans[last][1], sure)
        at += max(length, 1)


def _well_known(words: list[str], at: int, known: Known) -> int:
    """Return how many words a well-known name has that begins here and that the item has not."""
    for length in range(min(_LONGEST, len(words) - at), 0, -1):
        for first in arabic_stems(words[at]) | {words[at]}:
            whole = " ".join((first, *words[at + 1 : at + length]))
            if whole in well_known() and not known.has(whole) and not known.has_all(words[at : at + length]):
                return length
    return 0


def _judge(words: list[str], at: int, known: Known) -> bool | None:  # noqa: PLR0911 - a list of cases
    word = words[at]
    if len(word) < 2 or known.has(word):
        return None
    stems = arabic_stems(word) | {word}
    before = words[at - 1] if at else ""
    after = words[at + 1] if at + 1 < len(words) else ""
    if _is_place(stems, word, before):
        return True
    if stems & countries():
        return True
    unknown = _is_unknown(word)
    if before in _TITLES and (unknown or _is(stems, "given_arabic")):
        return True
    if _is(arabic_stems(before), "given_arabic") and (known.has(before) or before in listed("sure_arabic")):
        # A family name after a given name.
        return True if unknown or _is({word}, "family_arabic") or _is_nisba(word) else None
    if _is(stems, "sure_arabic"):
        return True
    if _is(stems, "given_arabic") and after:
        family = (
            _is({after}, "family_arabic") or _is_nisba(after) or after in listed("sure_arabic") or _is_unknown(after)
        )
        return True if family else None
    if unknown and len(word) >= _LEAST_UNKNOWN and not word.startswith("ال"):
        # A dialect's words are in no dictionary either.
        return not _SPOKEN.search(word) and before in _BEFORE_NAMES
    return None


def _is(stems: set[str], file: str) -> bool:
    return bool(stems & listed(file))


def _is_place(stems: set[str], word: str, before: str) -> bool:
    if not stems & places() or stems & listed("loanwords"):
        return False
    if stems & listed("sure_places"):
        return True
    return before in _PREPOSITIONS or (word[:1] == "ب" and word not in places()) or not _is_ordinary(word)


def _is_nisba(word: str) -> bool:
    """A family name such as "the Egyptian": article and a last y."""
    return word.startswith("ال") and word.endswith("ي") and len(word) > 4


def _is_ordinary(word: str) -> bool:
    dictionary = vocabulary("ar")
    return dictionary is not None and dictionary.has(word)


def _is_unknown(word: str) -> bool:
    return not _is_ordinary(word) and not arabic_stems(word) & listed("loanwords")
