"""The lists of words that stop a cut."""

from __future__ import annotations

from serve_app.policy.repair.words import ABBREVIATIONS, LIMITING, OPENERS


def test_each_language_that_opens_a_clause_can_limit_it() -> None:
    """A language without a list is cut at the ends of sentences alone."""
    assert OPENERS.keys() == LIMITING.keys() == {"ar", "en", "es", "hi", "ja", "pt", "ru", "zh"}
    assert all(LIMITING.values())


def test_words_are_as_they_are_looked_up() -> None:
    for words in (ABBREVIATIONS, *OPENERS.values(), *LIMITING.values()):
        assert all(word == word.casefold() for word in words)
