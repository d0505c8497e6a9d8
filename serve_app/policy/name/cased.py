"""Names in scripts with capitals: Latin and Cyrillic.

A capital inside a sentence marks a name. At the start of a sentence and in a headline In Capitals a dictionary tells a
name from an ordinary word.
"""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice, pairwise
from typing import Final, NamedTuple

import regex

from serve_app.policy.identify import is_frequent
from serve_app.policy.name.found import Found
from serve_app.policy.name.known import Known
from serve_app.policy.name.lists import countries, joined_names, listed, places, well_known
from serve_app.policy.name.russian import kind_of
from serve_app.policy.name.vocabulary import is_listed, vocabulary
from serve_app.policy.text import bare, script_of

_WORD = regex.compile(
    r"(?<![\p{L}\p{M}\p{N}_])[\p{Latin}\p{Cyrillic}][\p{Latin}\p{Cyrillic}\p{M}]*(?:['’][\p{L}\p{M}]+)*"
)
_TAG = regex.compile(r"(?<![\p{L}\p{N}])[@#][\p{L}\p{M}\p{N}_]{2,}")
_CAMEL = regex.compile(r"\p{Lu}[\p{Ll}\p{M}]+|\p{Lu}{2,}(?!\p{Ll})|\p{Ll}+")
_LINK = regex.compile(
    r"\{\{[^{}]*+\}\}|\b(?:https?://|www\.)\S++|(?<![\w.+-])[\w.+-]{1,64}+@[\w.-]++"
    r"|(?<![\w-])[\w-]{1,63}+\.(?:com|org|net|io|ru|es|br)\b"
)
# One of these is in everything that the pattern finds.
_OF_LINKS: Final = ("{{", "://", "www.", "@", ".com", ".org", ".net", ".io", ".ru", ".es", ".br")
_SAME_SENTENCE = regex.compile(r"[ \u00a0,'’\-&]*$")
_POSSESSIVE = regex.compile(r"['’]s$|['’]$")
# A French, Italian or Catalan article or pronoun before a vowel: L'esordio, C'est, Dov'erano.
_ELISION = regex.compile(r"^(?:\p{Lu}|[Qq]u|Dov|Com|Quest|Nell|Dell|All|Dall|Sull|Un)['’](?=\p{L}{2})")
# A possessive, and a trademark sign as NFKC writes it: CoffeeTM.
_ADDED = regex.compile(r"(?:['’]s|['’]|(?<=\p{Ll})TM\p{M}*)$")
_STRETCHED = regex.compile(r"(\p{L})\1{2,}")
# A code: SP88, Rp4,2, RQ41.
_BEFORE_DIGIT = regex.compile(r"\d")
_ROMAN = regex.compile(r"[IVXLCDM]+")
_NOUNS_IN_CAPITALS: Final = frozenset(("de", "lb"))
_MOST_FORMS: Final = 20  # places of a word that are looked at
_BESIDE: Final = 100  # characters around it
_LEAST_LOWER: Final = 0.3  # share of small words under which a text is a headline in capitals


class _Word(NamedTuple):
    text: str
    start: int
    end: int
    capital: bool
    opens: bool
    """Whether it begins a sentence."""
    quoted: bool
    """Whether it stands alone in quotation marks."""


def names(text: str, known: Known, language: str) -> Iterator[Found]:
    """Yield the names of a text that the item does not have. Adjacent ones are one name."""
    if any(sign in text for sign in _OF_LINKS):
        text = _LINK.sub(lambda match: " " * len(match[0]), text)
    plain = text
    if "@" in text or "#" in text:
        yield from _tags(text, known, language)
        plain = _TAG.sub(lambda match: "." * len(match[0]), text)
    words = _words(plain)
    headline = _is_headline(words)
    run: list[tuple[_Word, bool]] = []
    for at, word in enumerate(words):
        sure = _judge(words, at, known, language, headline)
        joins = bool(run) and text[run[-1][0].end : word.start] in {" ", "-", " & "}
        if run and not (joins and sure is not None):
            yield _joined(text, run)
            run.clear()
        if sure is not None:
            run.append((word, sure))
    if run:
        yield _joined(text, run)
    yield from _confused(text, words, known, language)


def stands_by_a_name(text: str, word: str, language: str) -> bool:
    """Whether a text has a word, or a form of it, beside what can only be a person's name: Андре Жид.

    A capital alone tells nothing, least of all in a headline: the neighbour is in a list of names, or in no dictionary.
    """
    form = regex.compile(rf"(?<!\p{{L}}){regex.escape(word)}\p{{Ll}}{{0,3}}(?!\p{{L}})")
    for match in islice(form.finditer(text), _MOST_FORMS):
        start = text.rfind("\n", max(0, match.start() - _BESIDE), match.start()) + 1 or max(0, match.start() - _BESIDE)
        words = _words(text[start : match.end() + _BESIDE].partition("\n")[0])
        at = next((n for n, one in enumerate(words) if one.start == match.start() - start), 0)
        headline = _is_headline(words)
        if at and not words[at].opens and _is_name(words[at - 1], language, headline):
            return True
        if at + 1 < len(words) and not words[at + 1].opens and _is_name(words[at + 1], language, headline=True):
            return True
    return False


def _is_name(word: _Word, language: str, headline: bool) -> bool:
    base = bare(_ADDED.sub("", word.text))
    kind = _kind(base, language)
    if not word.capital or len(base) < 2 or base in listed("capitals"):
        return False
    if kind == "ordinary":
        return not headline and base in listed("given_latin")
    return kind == "name" or base in listed("given_latin") or is_listed(language)


def _confused(text: str, words: Sequence[_Word], known: Known, language: str) -> Iterator[Found]:
    """The given name of one person with the family name of another."""
    for first, second in pairwise(words):
        beside = first.capital and second.capital and text[first.end : second.start] == " "
        if beside and _kind(bare(first.text), language) != "ordinary" and known.confuses(first.text, second.text):
            yield Found(text[first.start : second.end], first.start, second.end)


def _joined(text: str, run: Sequence[tuple[_Word, bool]]) -> Found:
    start, end = run[0][0].start, run[-1][0].end
    return Found(text[start:end], start, end, any(sure for _, sure in run))


def _words(text: str) -> list[_Word]:
    words: list[_Word] = []
    end = 0
    for match in _WORD.finditer(text):
        between = text[end : match.start()]
        opens = not words or not (between == " " or _SAME_SENTENCE.fullmatch(between))
        capital = match[0][:1].isupper() or match[0][1:2].isupper()
        quoted = text[match.start() - 1 : match.start()] == "«" and text[match.end() : match.end() + 1] == "»"
        if capital and _BEFORE_DIGIT.match(text, match.end()):
            capital = False
        words.append(_Word(match[0], match.start(), match.end(), capital, opens, quoted))
        end = match.end()
    return words


def is_headline(text: str) -> bool:
    """Whether the text is In Capitals, so that they mark no names."""
    return _is_headline(_words(text))


def _is_headline(words: Sequence[_Word]) -> bool:
    long = [word for word in words if len(word.text) > 3 and not word.opens]
    small = sum(not word.capital for word in long)
    return len(long) > 1 and small < _LEAST_LOWER * len(long)


def _judge(words: Sequence[_Word], at: int, known: Known, language: str, headline: bool) -> bool | None:  # noqa: PLR0911 - a list of cases
    """Return whether the word is surely a name that the item has not; None where it is none."""
    word = words[at]
    if not word.capital:
        return None
    base = bare(_ADDED.sub("", _ELISION.sub("", word.text)))
    if len(base) < 2 or base in listed("capitals") or known.has(base):
        return None
    if _ROMAN.fullmatch(word.text):
        return None
    before = words[at - 1] if at and not word.opens else None
    after = words[at + 1] if at + 1 < len(words) and not words[at + 1].opens else None
    kind = _kind(base, language)
    if base in listed("demonyms"):
        return False
    if base in countries() and not (word.opens and base in listed("ambiguous_places")):
        return True
    if known.resembles(base) and not (kind == "name" and base in places()):
        return False
    if kind == "unknown":
        return _unknown(word, language, headline)
    if kind == "name":
        return True
    if language == "ru" and word.quoted:
        return True
    if word.opens or headline:
        return _opens(base, after, known, language, headline)
    follows = before is not None and before.capital and _is_given(bare(before.text))
    if base in listed("given_latin") or base in places() or base in well_known() or follows:
        return True
    return None


def _unknown(word: _Word, language: str, headline: bool) -> bool | None:
    """A word that no dictionary has."""
    if script_of(word.text) == "latin" and language in _NOUNS_IN_CAPITALS:
        return None
    if is_listed(language):
        return True
    return None if word.opens or headline else False


def _opens(base: str, after: _Word | None, known: Known, language: str, headline: bool) -> bool | None:
    """An ordinary word at the start of a sentence or in a headline that may be a name too."""
    dictionary = vocabulary(language)
    is_name_too = dictionary is not None and script_of(base) == "latin" and dictionary.has_capital(base)
    if is_name_too and base in places() and base not in listed("ambiguous_places"):
        return True
    if after is None or not after.capital:
        return None
    family = bare(_POSSESSIVE.sub("", after.text))
    given = len(base) > 2 and base in listed("given_latin")
    if headline:
        return True if given and family in listed("family_latin") and _kind(family, language) != "ordinary" else None
    if given:
        return True
    return True if is_name_too and len(base) > 2 and family in listed("family_latin") and known.has(family) else None


def _is_given(base: str) -> bool:
    return base in listed("given_latin") or (script_of(base) == "cyrillic" and kind_of(base) == "name")


def _kind(base: str, language: str) -> str:
    """Return "name", "ordinary" or "unknown"."""
    if script_of(base) == "cyrillic":
        return kind_of(base) if language == "ru" else _by_dictionary(base, language)
    return _by_dictionary(base, language if language not in {"ru", "ar", "hi", "ja", "zh"} else "en")


@lru_cache(maxsize=4096)
def _by_dictionary(base: str, language: str) -> str:
    if base in well_known() and len(base) > 3 and base not in listed("ambiguous_places"):
        dictionary = vocabulary(language)
        return "ordinary" if dictionary and dictionary.has(base) else "name"
    dictionary = vocabulary(language)
    if is_frequent(base, language):
        return "ordinary"
    if dictionary is None:
        return "unknown"
    if dictionary.has(base) or _is_stretched(base, language):
        return "ordinary"
    english = vocabulary("en")
    return "ordinary" if english and language != "en" and english.has(base) else "unknown"


def _is_stretched(base: str, language: str) -> bool:
    """Whether an ordinary word is drawn out: "Sooo", "Yesss"."""
    forms = {_STRETCHED.sub(r"\1" * times, base) for times in (1, 2)} - {base}
    dictionary = vocabulary(language)
    return dictionary is not None and any(dictionary.has(form) or is_frequent(form, language) for form in forms)


def _tags(text: str, known: Known, language: str) -> Iterator[Found]:
    """Hashtags and handles."""
    for match in _TAG.finditer(text):
        tag = match[0][1:]
        base = bare(tag).replace("_", "")
        parts = [bare(part) for part in _CAMEL.findall(tag)]
        if known.has(base) or (parts and known.has_all(parts)):
            continue
        whole = base in joined_names()
        strange = [part for part in parts if len(part) > 1 and not known.has(part) and part not in listed("capitals")]
        if (
            whole
            or match[0][0] == "@"
            or (
                (len(parts) > 1 or tag[:1].isupper())
                and any(_kind(part, language) != "ordinary" or part in listed("given_latin") for part in strange)
            )
        ):
            yield Found(match[0], match.start(), match.end())
