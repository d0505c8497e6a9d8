"""The words of a language for amounts, by their roles, and the pattern that finds them in a text."""

# ruff: noqa: RUF001 - the marks and letters of other scripts are meant

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

import regex
import yaml
from babel import Locale, UnknownLocaleError

Roles = Mapping[str, Any]

_FLOATS: Final = ("numbers", "scales", "vague", "ordinals", "fractions", "shifts")
_INTS: Final = ("months", "weekdays", "short_weekdays", "decades", "era")
_KEYS: Final[Mapping[str, Callable[[str], Any]]] = {
    **dict.fromkeys(_FLOATS, float),
    **dict.fromkeys(_INTS, int),
    "currencies": lambda codes: frozenset(codes.split()),
    "amounts": lambda amount: (float(amount.split()[0]), amount.split()[1]),
    "holidays": lambda day: tuple(map(int, day.split("-"))),
    "month_parts": lambda days: tuple(map(int, days.split())),
}
_WITHOUT_ACCENTS: Final = ("numbers", "scales", "ordinals", "months", "weekdays", "units", "currencies")
# Letters that writers exchange, digits of all scripts, and marks with several forms. One character for one.
_SAME: Final = str.maketrans("أإآٱةىёЁ’ʼ٫٬٪", "ااااهيеЕ''.,%")
_DIGITS: Final = {
    code: str(unicodedata.digit(chr(code)))
    for code in range(128, sys.maxunicode + 1)
    if unicodedata.category(chr(code)) == "Nd"
}
_PLAIN: Final[dict[int, str | int]] = {**_DIGITS, **_SAME}

ARABIC_MARKS: Final = "\u0640\u064b-\u0652\u0670"
"""The vowels that an Arabic writer may add, and the stretcher: inside of a class of a pattern."""
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]")
_LETTER: Final = r"[[\p{L}\p{M}]--[\p{Han}\p{Hiragana}\p{Katakana}ー]]"
_CJK_NUMERAL: Final = "0-9〇零一二三四五六七八九十百千万萬亿億两兩第"
_DATE: Final = (
    r"(?<!\d)(?:\d{4}(?<s>[-/.])\d{1,2}(?P=s)\d{1,2}|\d{1,2}(?<s>[-/.])\d{1,2}(?P=s)\d{4}"
    r"|\d{1,2}/\d{1,2}|(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.)(?![\d/])"
)
_TIME: Final = r"(?<![\d:])(?:\d{1,2}:\d{2}(?::\d{2}(?:[+-]\d{2}:\d{2})?)?(?!\d|:\d)|\d{1,2}h\d{2}(?!\d))"
_VULGAR: Final = r"\d{0,9}\u2044\d{1,2}"
_NUMBER: Final = (
    r"\d{1,40}(?:[.,'\u2009]\d{1,40}){0,9}(?:(?<=(?<!\d)\d{1,3})(?: \d{3}(?![\d])){1,4}(?:,\d{1,2}(?!\d))?)?"
)
_ROMAN: Final = r"(?<![\p{L}\p{M}\d])(?=[ivx]{2})x{0,2}(?:ix|iv|v?i{0,3})(?![\p{L}\p{M}\d&.])"


class Lexicon(NamedTuple):
    """roles: by folded word. pattern: finds words, digits and dates. prefixed: words carry prefixes.

    sections: the roles that the language has.
    """

    language: str
    roles: Mapping[str, Roles]
    pattern: regex.Pattern[str]
    prefixed: bool
    sections: frozenset[str]


def plain(text: str) -> str:
    """Replace letters and digits by their common form; the length stays."""
    return text.translate(_PLAIN) if not text.isascii() else text


def lowered(text: str) -> str:
    """Return the text in lower case, at its length."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def key_of(word: str) -> str:
    """Return the form in which a word is looked up."""
    return plain(word).lower().replace("-", " ")


@lru_cache(maxsize=64)
def lexicon_of(language: str) -> Lexicon:
    """Return the words of a language: those of its file, and month and day names of every language of the CLDR."""
    roles: dict[str, dict[str, Any]] = {}
    prefix = ""
    for name in ("common", language):
        path = files(__package__).joinpath(f"data/{name}.yaml")
        if not path.is_file():
            continue
        for section, entries in yaml.load(path.read_text("utf-8"), yaml.BaseLoader).items():  # noqa: S506 - text only
            if section == "prefix":
                prefix = entries
            else:
                _add(roles, section, entries)
    _add_calendar(roles, language)
    sections = frozenset(role for its_roles in roles.values() for role in its_roles)
    return Lexicon(language, roles, _pattern(roles, prefix), bool(prefix), sections)


def _add(roles: dict[str, dict[str, Any]], section: str, entries: str | dict[str, str]) -> None:
    rows = entries.items() if isinstance(entries, dict) else [("", entries)]
    for value, words in rows:
        parsed = _KEYS.get(section, str)(value) if isinstance(entries, dict) else True
        for word in (w.strip() for w in words.split(",")):
            for form in _forms(word, section):
                roles.setdefault(key_of(form), {}).setdefault(section, parsed)


def _forms(word: str, section: str) -> Iterable[str]:
    yield word
    if section in _WITHOUT_ACCENTS and not word.isascii():
        bare = "".join(c for c in unicodedata.normalize("NFD", word) if not "\u0300" <= c <= "\u036f")
        if bare.isascii():
            yield bare


def _add_calendar(roles: dict[str, dict[str, Any]], language: str) -> None:
    try:
        locale = Locale.parse(language)
    except (ValueError, UnknownLocaleError):
        return
    for form in ("format", "stand-alone"):
        for number, name in locale.months[form]["wide"].items():
            if not name[0].isdecimal() and not _UNSPACED.search(name):  # 六月 is read as a number
                roles.setdefault(key_of(name), {}).setdefault("months", number)
        for number, name in locale.days[form]["wide"].items():
            roles.setdefault(key_of(name), {}).setdefault("weekdays", number + 1)


def _pattern(roles: Mapping[str, Roles], prefix: str) -> regex.Pattern[str]:
    unspaced_idioms: list[str] = []
    unspaced: list[str] = []
    with_digits: list[str] = []
    marks: list[str] = []
    spaced: list[str] = []
    for word, its_roles in roles.items():
        if _UNSPACED.search(word):
            (unspaced_idioms if "skip" in its_roles else unspaced).append(word)
        elif any(c.isdigit() for c in word):
            with_digits.append(word)
        elif any(c.isalpha() for c in word):
            spaced.append(word)
        else:
            marks.append(word)
    edge = r"[\d\p{L}\p{M}]"
    parts = (
        (rf"(?<w>(?<![{_CJK_NUMERAL}])@)", unspaced_idioms),
        (rf"(?<w>(?<!{edge}|\d[.,:/])@(?!{edge}|[.,:/]\d))", with_digits),
        (rf"(?=[\d\u2044])(?:(?<date>{_DATE})|(?<time>{_TIME})|(?<vulgar>{_VULGAR})|(?<number>{_NUMBER}))", None),
        (rf"(?<roman>{_ROMAN})", None),
        (r"(?<w>@)", unspaced),
        (rf"(?<!{_LETTER}){prefix}(?<w>@)(?!{_LETTER})", spaced),
        (r"(?<w>@)", marks),
    )
    found = [part.replace("@", _trie(words)) if words else part for part, words in parts if words is None or words]
    return regex.compile("|".join(found), regex.V1)


def _trie(words: Iterable[str]) -> str:
    """Return a pattern that finds the longest of the words at a place. What words begin with is tried once."""
    tree: dict[str, Any] = {}
    for word in words:
        node = tree
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {}
    return f"(?:{_branches(tree)})"


def _branches(node: dict[str, Any]) -> str:
    ends = "" in node
    parts = [_escaped(char) + _branches(child) for char, child in node.items() if char]
    if not parts:
        return ""
    joined = parts[0] if len(parts) == 1 and not ends else f"(?:{'|'.join(parts)})"
    return f"(?:{joined})?" if ends else joined


def _escaped(char: str) -> str:
    if char == " ":
        return "[ -]"
    marks = f"[{ARABIC_MARKS}]*+" if "\u0621" <= char <= "\u064a" else ""
    return str(regex.escape(char, special_only=False)) + marks
