"""Invisible characters: those that say nothing go, those that a script or an emoji needs stay."""

# ruff: noqa: RUF001 - the characters of other scripts are meant

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deployments.invisible import invisible, without_invisible

MEANINGFUL = {
    "Persian": "می\u200cخواهم کتاب\u200cها را بخوانم",
    "Persian, joiner twice": "می\u200c\u200cخواهم",
    "Arabic abbreviation": "١٤٠٢ ه\u200d",
    "Urdu": "پہلے\u200cسے",
    "Hindi": "क्\u200dष क्\u200cष",
    "Bengali": "র\u200d্য",
    "Malayalam": "ന്\u200d",
    "Sinhala": "ශ්\u200dරී ලංකා",
    "Khmer words": "ភាសា\u200bខ្មែរ",
    "Thai words": "ภาษา\u200bไทย",
    "Mongolian": "ᠠ\u180b ᠨ\u180eᠠ",
    "family": "👨\u200d👩\u200d👧",
    "profession": "👩🏽\u200d⚕\ufe0f",
    "hair": "🧑\u200d🦰",
    "rainbow flag": "🏳\ufe0f\u200d🌈",
    "heart on fire": "❤\ufe0f\u200d🔥",
    "bird": "🐦\u200d⬛",
    "running": "🏃🏽\u200d➡\ufe0f",
    "heart": "❤\ufe0f ❤\ufe0e",
    "letters that are emoji": "™\ufe0f ℹ\ufe0f ㊗\ufe0f ‼\ufe0f",
    "keycap": "1\ufe0f\u20e3 #\ufe0f\u20e3 *\ufe0f\u20e3",
    "regions": "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f 🇩🇪",
    "Texas": "🏴\U000e0075\U000e0073\U000e0074\U000e0078\U000e007f",
    "a name in Japanese": "葛\U000e0100城",
    "Hebrew with a mark": "שלום!\u200f C++\u200e",
    "a name within Arabic": "قال \u2068Ana\u2069 ذلك",
    "embedded": "קרא \u202aAna\u202c",
    "braille": "⠓⠊\u2800⠓⠊",
    "white space": "a\tb\nc\r\nd\u00a0e\u2009f\u3000g\u2028h",
}
MEANINGLESS = {
    "soft hyphen": ("Eur\u00adopean", "European"),
    "zero-width space": ("cof\u200bfee", "coffee"),
    "byte order mark": ("\ufeffTitle", "Title"),
    "word joiner": ("a\u2060b", "ab"),
    "non-joiner in German": ("Auf\u200clage", "Auflage"),
    "joiner in English": ("co\u200dffee", "coffee"),
    "joiner alone": ("a \u200d b", "a  b"),
    "joiner after an emoji": ("👩\u200d and", "👩 and"),
    "selector after a letter": ("a\ufe0fb", "ab"),
    "selector and joiner": ("a\ufe0f\u200d😀", "a😀"),
    "digit with a selector": ("10\ufe0f", "10"),
    "ideographic selector": ("a\U000e0100", "a"),
    "tags": ("Hi\U000e0049\U000e0067\U000e006e\U000e007f", "Hi"),
    "tags without an end": ("🏴\U000e0067\U000e0062", "🏴"),
    "language tag": ("\U000e0001a", "a"),
    "mark in English": ("a\u200eb\u200f\u061c", "ab"),
    "isolate in English": ("\u2068Ana\u2069", "Ana"),
    "override in Hebrew": ("\u202eשלום\u202c", "שלום"),
    "isolate that never ends": ("\u2067שלום", "שלום"),
    "phone number": ("\u202a+34 600\u202c", "+34 600"),
    "controls": ("a\x00b\x07c\x1b[d\x7f", "abc[d"),
    "separators": ("a\x0bb\x0cc\x1fd\x85e", "a b c d e"),
    "Windows-1252": ("Maria\x92s \x93tomatoes\x94 \x80 5", "Maria’s “tomatoes” € 5"),
    "replacement": ("Caf\ufffd", "Caf"),
    "object": ("a\ufffcb", "ab"),
    "annotation": ("\ufff9a\ufffb", "a"),
    "no character": ("a\uffff\ufdd0", "a"),
    "fillers": ("\u3164\uffa0\u115f", ""),
    "braille blank": ("a\u2800b", "a b"),
    "grapheme joiner": ("f\u034foo", "foo"),
    "invisible plus": ("f\u2064oo", "foo"),
    "deprecated": ("a\u206eb", "ab"),
    "Mongolian separator": ("a\u180eb", "ab"),
    "musical format": ("a\U0001d173b", "ab"),
}


@pytest.mark.parametrize("name", MEANINGFUL)
def test_what_carries_a_meaning_stays(name: str) -> None:
    assert without_invisible(MEANINGFUL[name]) == MEANINGFUL[name]
    assert list(invisible(MEANINGFUL[name])) == []


@pytest.mark.parametrize("name", MEANINGLESS)
def test_what_carries_none_goes(name: str) -> None:
    text, visible = MEANINGLESS[name]
    assert without_invisible(text) == visible
    assert list(invisible(text))


@given(
    st.text(
        alphabet="a1ا中🏴😀❤\ufe0f\ufe0e\u200d\u200c\u200b\u20e3\u2067\u2069\u200e\U000e0061\U000e007f\u0301\u1160ក"
    )
)
@settings(max_examples=1000)
def test_nothing_is_left_to_go(text: str) -> None:
    assert list(invisible(without_invisible(text))) == []
