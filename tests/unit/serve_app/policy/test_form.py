"""Words and patterns by language: all languages of the file compile, and English is read with each."""

from __future__ import annotations

import pytest

from serve_app.policy.form import form_of

LANGUAGES = ("ar", "en", "es", "hi", "ja", "pt", "ru", "zh", "fr", "de", "it", "id", "tr", "th", "ko", "xx")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_finds_english_leftovers(language: str) -> None:
    form = form_of(language)
    assert form.label.search("Title: tea")
    assert form.chatter.search("Sure, here is your title")
    assert form.test.search("lorem ipsum dolor")
    assert form.test.search("A cup of tea") is form.chatter.search("A cup of tea") is form.label.search("Tea") is None


def test_a_language_without_words_breaks_nothing_off() -> None:
    form = form_of("xx")
    assert not form.dangling
    assert form.ends.search("anything") is form.body_ends.search("anything") is None
    assert form_of("en").ends.search("anything and") is None
