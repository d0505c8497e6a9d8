"""The ordinary words of a language."""

from __future__ import annotations

import pytest

from serve_app.policy.name.vocabulary import is_listed, vocabulary


@pytest.mark.parametrize("word", ["table", "running", "baker's", "rethink"])
def test_ordinary_words_are_known(word: str) -> None:
    words = vocabulary("en")
    assert words is not None
    assert words.has(word)


def test_a_name_is_no_ordinary_word() -> None:
    words = vocabulary("en")
    assert words is not None
    assert not words.has("starbucks")
    assert words.has_capital("london")


def test_a_language_without_a_dictionary_has_no_words() -> None:
    assert not is_listed("xx")
    assert vocabulary("xx") is None
