"""Names in Hindi: lists of names and places, the words around them, and words that no dictionary has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex

from serve_app.policy.name.found import Found
from serve_app.policy.name.known import Known
from serve_app.policy.name.lists import countries, listed, places, well_known
from serve_app.policy.name.vocabulary import vocabulary
from serve_app.policy.text import bare

_WORD = regex.compile(r"(?<!\p{N})[\p{Devanagari}\u200c\u200d]+")
_JOINER = regex.compile(r"[\u200c\u200d]")
_TITLES: Final = frozenset(
    bare("श्री श्रीमती सुश्री कुमारी डॉ डॉक्टर प्रोफेसर पंडित उस्ताद स्वामी मास्टर कोच कप्तान अभिनेता अभिनेत्री गायक गायिका").split()
)
# Only a person does what "ने" marks, and only a person is honoured with "जी".
_AFTER_PERSON: Final = frozenset(bare("ने जी साहब साहिब भाई बहन दीदी मैडम सर").split())
_AFTER_PLACE: Final = frozenset(bare("में से का की के को पर तक ने वाले वाला वाली").split())
_LONGEST: Final = 3  # words of a well-known name


def names(text: str, known: Known) -> Iterator[Found]:
    """Yield the names of a text that the item does not have."""
    spans = [match.span() for match in _WORD.finditer(text)]
    words = [_JOINER.sub("", bare(text[start:end])) for start, end in spans]
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
        whole = " ".join(words[at : at + length])
        if whole in well_known() and not known.has(whole) and not known.has_all(words[at : at + length]):
            return length
    return 0


def _judge(words: list[str], at: int, known: Known) -> bool | None:  # noqa: PLR0911 - a list of cases
    word = words[at]
    if len(word) < 2 or known.has(word):
        return None
    before = words[at - 1] if at else ""
    after = words[at + 1] if at + 1 < len(words) else ""
    ordinary = _is_ordinary(word)
    if (word in places() or word in listed("sure_places")) and word not in listed("ambiguous_places"):
        return True if not ordinary or word in listed("sure_places") or after in _AFTER_PLACE else None
    if word in countries():
        return True
    given, family = word in listed("given_devanagari"), word in listed("family_devanagari")
    if family:
        return True if _may_be_given(before) or not ordinary else None
    if given:
        return (
            True
            if not ordinary or after in listed("family_devanagari") or after in _AFTER_PERSON or before in _TITLES
            else None
        )
    if ordinary or word in listed("loanwords"):
        return None
    person = after in _AFTER_PERSON or after in listed("family_devanagari") or before in _TITLES
    return True if person else None


def _may_be_given(word: str) -> bool:
    return word in listed("given_devanagari") or (bool(word) and not _is_ordinary(word))


def _is_ordinary(word: str) -> bool:
    dictionary = vocabulary("hi")
    return len(word) < 3 or (dictionary is not None and dictionary.has(word))
