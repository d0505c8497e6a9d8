# ruff: noqa: RUF001 - letters of other scripts are meant
"""Letters that look alike."""

from __future__ import annotations

import pytest

from serve_app.policy.folding import folded, plain_letters, undisguised, unstretched


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("f\u0336r\u0336ee", "free"),
        ("مـجـانًا", "مجانا"),
        ("إعلان", "اعلان"),
        ("मुफ़्त", "मुफ्त"),
        ("ꜰʀᴇᴇ", "free"),
        ("Ёлка", "елка"),
    ],
)
def test_what_differs_in_no_meaning_is_equal(written: str, plain: str) -> None:
    assert folded(written).text == plain


def test_places_are_those_of_the_source() -> None:
    read = folded("a f\u0336r\u0336ee b")
    start = read.text.index("free")
    assert read.span(start, start + 4) == (2, 8)
    assert folded("Plain").span(1, 3) == (1, 3)


@pytest.mark.parametrize(
    ("word", "language", "reading"),
    [
        ("frее", "en", "free"),
        ("кaзинo", "ru", "казино"),
        ("ca$h", "en", "cash"),
        ("càsínö", "es", "casino"),
        ("кр3дит", "ru", "кредит"),
    ],
)
def test_a_disguise_is_read(word: str, language: str, reading: str) -> None:
    assert reading in undisguised(word, language)


@pytest.mark.parametrize(("word", "language"), [("año", "es"), ("caça", "pt"), ("кот", "ru"), ("plain", "en")])
def test_the_letters_of_a_language_are_none(word: str, language: str) -> None:
    assert undisguised(word, language) == [word]


def test_stretching() -> None:
    assert (unstretched("freeee"), unstretched("free"), unstretched("1000")) == ("fre", None, None)
    assert plain_letters("ñandú", "ñ") == "ñandu"
