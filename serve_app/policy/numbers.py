"""Numbers and dates in text, in all their spellings. Used by the grounding rule."""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Literal, NamedTuple

import regex

Kind = Literal["plain", "percent", "money"]

_CURRENCY = "$€£¥₹₽₩₺₫₱฿"
_NUMBER = regex.compile(
    rf"""(?P<money>[{_CURRENCY}]\s?)?
    (?P<digits>\d{{1,40}}(?:[.,:'’\u202f\u00a0]\d{{1,40}}){{0,9}})
    (?P<scale>\s?(?:k|m|bn|b|thousand|million|billion|mil|tsd|mio|mrd)(?![\p{{L}}\p{{N}}]))?
    (?P<after>\s?(?:%|percent|per\scent|prozent|por\sciento|pour\scent|[{_CURRENCY}]|(?:dollars?|euros?|pounds?|cents?|usd|eur|gbp)\b))?""",
    regex.VERBOSE | regex.IGNORECASE,
)
_SCALES = {"k": 1e3, "thousand": 1e3, "tsd": 1e3, "mil": 1e3, "m": 1e6, "million": 1e6, "mio": 1e6}
_SCALES |= {"b": 1e9, "bn": 1e9, "billion": 1e9, "mrd": 1e9}
_PERCENT = re.compile(r"%|percent|per cent|prozent|por ciento|pour cent", re.IGNORECASE)

# "One" is left out: it is often a pronoun, and its translations are articles.
_SPELLED = {
    "en": "two three four five six seven eight nine ten eleven twelve",
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "fr": "deux trois quatre cinq six sept huit neuf dix onze douze",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "it": "due tre quattro cinque sei sette otto nove dieci undici dodici",
    "pt": "dois três quatro cinco seis sete oito nove dez onze doze",
}
_EXTRA = {"en": {"dozen": 12, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "hundred": 100}}
_EXTRA["en"] |= {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "double": 2, "triple": 3, "both": 2}

_MONTHS = (
    ("january", "jan"),
    ("february", "feb"),
    ("march", "mar"),
    ("april", "apr"),
    ("may",),
    ("june", "jun"),
    ("july", "jul"),
    ("august", "aug"),
    ("september", "sep", "sept"),
    ("october", "oct"),
    ("november", "nov"),
    ("december", "dec"),
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# "May" and "March" are verbs too: they count as months only beside a number.
_DATE_WORD = regex.compile(
    r"\b(?:(?P<day>mon|tues|wednes|thurs|fri|satur|sun)days?"
    r"|(?P<month>january|february|april|june|july|august|september|october|november|december)"
    r"|(?P<short>march|may|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?(?=\s+\d)"
    r"|(?<=\d(?:st|nd|rd|th)?\s(?:of\s)?)(?P<late>march|may))\b",
    regex.IGNORECASE,
)
_ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")


class Number(NamedTuple):
    """One reading of a number in a text."""

    kind: Kind
    value: float
    text: str


def numbers(text: str) -> Iterator[Number]:
    """Yield the numbers written in digits. 1,000, 1.000 and 1k are equal; 50% and $50 differ in kind from 50."""
    for match in _NUMBER.finditer(text):
        money, digits, scale, after = match.groups()
        kind: Kind = "plain"
        if after and _PERCENT.fullmatch(after.strip()):
            kind = "percent"
        elif money or after:
            kind = "money"
        factor = _SCALES[scale.strip().casefold()] if scale else 1.0
        for value in _readings(digits):
            yield Number(kind, value * factor, match.group().strip())


def spelled(words: list[str], language: str) -> Iterator[tuple[int, str]]:
    """Yield the numbers written as words (two to twelve, in six languages): value and word."""
    values = _spelled_values(language)
    for word in words:
        for part in (word, *word.split("-")):
            value = values.get(part.casefold())
            if value is not None:
                yield value, word
                break


def counting_words(language: str) -> frozenset[str]:
    """Return the number words that claim a quantity: not "first", "second" or "both"."""
    return frozenset(_SPELLED.get(language, "").split())


def date_words(text: str) -> Iterator[tuple[str, str]]:
    """Yield the English weekdays and months in the text: full name in lower case, and as written."""
    for match in _DATE_WORD.finditer(text):
        if match["day"]:
            yield f"{match['day'].lower()}day", match.group()
        else:
            name = (match["month"] or match["short"] or match["late"]).lower()
            yield next(names[0] for names in _MONTHS if name in names), match.group()


def dates_in(facts: str) -> set[str]:
    """Collect the weekdays and months that the facts name, and those of ISO dates in the facts."""
    names = {name for name, _ in date_words(facts)}
    for year, month, day in _ISO_DATE.findall(facts):
        try:
            iso_date = date(int(year), int(month), int(day))
        except ValueError:
            continue
        names |= {_DAYS[iso_date.weekday()], _MONTHS[iso_date.month - 1][0]}
    return names


def _spelled_values(language: str) -> dict[str, int]:
    listed = {word: value for value, word in enumerate(_SPELLED.get(language, "").split(), start=2)}
    return listed | _EXTRA.get(language, {})


def _readings(digits: str) -> list[float]:
    """Return all readings of digits with separators: 1.500 is 1500 in Berlin and 1.5 in Boston."""
    if digits.isdecimal():
        return [float(digits)]
    parts = re.split(r"[.,:'’\u202f\u00a0]", digits)
    if not all(part.isdecimal() for part in parts):  # digits of a later Unicode than Python's
        return []
    if ":" in digits:  # a time or a score
        return [float(part) for part in parts]
    grouped = all(len(part) == 3 for part in parts[1:])
    values = [float("".join(parts))] if grouped else []
    if len(parts) == 2:
        values.append(float(f"{parts[0]}.{parts[1]}"))
    elif not grouped:  # 1,000.50, or a date such as 24.12.2025
        integer_part = "".join(parts[:-1])
        values += [float(f"{integer_part}.{parts[-1]}"), *(float(part) for part in parts)]
    return values
