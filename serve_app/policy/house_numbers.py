# ruff: noqa: RUF001 - the letters of other scripts are meant
"""House numbers in words: "Rua das Acácias, cento e vinte e oito"."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Final

import regex

from serve_app.policy.amounts.numerals import numeral
from serve_app.policy.amounts.reader import tokens_of
from serve_app.policy.cues import Cued
from serve_app.policy.text import SPACELESS

_REACH: Final = 60  # characters from a street to its number, or from a number to its street
_HIGHEST: Final = 9_999
_LEAST_BEFORE: Final = 10  # "Two Wall Street banks"
_STREET: Final = Cued(
    r"(?<!\p{L})(?:calle|avenida|paseo|plaza|calzada|pasaje|rua|travessa|alameda|praça|estrada|rodovia"
    r"|ул\.|улиц[аеыу]|просп\.|проспект[аеу]?|пер\.|переул[а-я]{2,4}|бульвар[аеу]?|шоссе|набережн[а-я]{2}|площад[ьи]"
    r"|شارع|عمارة|بناية|فيلا|मकान|फ्लैट|फ़्लैट|प्लॉट|कोठी)(?![\p{L}\p{M}])"
)
_BEFORE_STREET: Final = Cued(r"\b(?:Street|Avenue|Road|Lane|Boulevard|Terrace|Crescent|Mews)\b")
_ENDS: Final = regex.compile(r"\s*(?:$|[,،;.!?()।])")
# One is an article or a pronoun, too: "Calle Mayor, una de las ...".
_ONE: Final = frozenset(["un", "una", "uno", "um", "uma", "one", "один", "одна", "одно", "одну", "واحد", "واحدة", "एक"])
_NUMBER: Final = regex.compile(
    r"(?:n[.ºo°]{1,2}|núm(?:ero)?\.?|número|дом[аеу]?|д\.|квартир[аеы]|رقم|नंबर|नम्बर|नं\.?|संख्या)[\s:]*$", regex.IGNORECASE
)


def with_house_numbers(text: str, language: str) -> str:
    """Return a text of the same length in which figures and spaces stand for house numbers in words."""
    if language in SPACELESS:
        return text
    streets = [match.end() for match in _STREET.finditer(text)]
    streets_after = [match.span() for match in _BEFORE_STREET.finditer(text)] if language == "en" else []
    if not streets and not streets_after:
        return text
    tokens = tokens_of(text, language)
    written = list(text)
    at = 0
    while at < len(tokens):
        number = numeral(tokens, at)
        if number is None:
            at += 1
            continue
        start, end = tokens[at].start, tokens[number.end - 1].end
        at = number.end
        whole = number.whole
        if number.digits or whole is None or not 0 < whole <= _HIGHEST:
            continue
        street = bisect_right(streets, start)
        behind = street > 0 and start - streets[street - 1] < _REACH
        marked = _NUMBER.search(text, max(0, start - _REACH), start) is not None
        if text[start:end].casefold() in _ONE and not marked:
            continue
        following = bisect_left(streets_after, (end, 0))
        near = following < len(streets_after) and streets_after[following][0] - end < _REACH
        ahead = streets_after[following][1] if near else 0
        if (behind and (marked or _ENDS.match(text, end))) or (
            ahead and whole >= _LEAST_BEFORE and _ENDS.match(text, ahead)
        ):
            written[start:end] = str(whole).ljust(end - start)[: end - start]
    return "".join(written)
