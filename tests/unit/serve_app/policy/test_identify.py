"""Which words speak for which language."""

from __future__ import annotations

import pytest

from serve_app.policy.identify import TYPED, is_frequent, listed, other_language, script_of, words_of


def test_languages_that_share_a_list_or_have_two_names() -> None:
    assert [listed(name) for name in ("hr", "nb", "tl", "es", "xx")] == ["sr", "no", "fil", "es", ""]
    assert listed("sr", "Cyrl") == listed("sr", "Latn") == "sr"
    assert listed("ms", "Arab") == ""
    assert listed(f"hi{TYPED}") == "hi-Latn"


def test_script_of_most_letters() -> None:
    assert [script_of(text) for text in ("ab в", "вы a", "است", "है", "한국", "")] == [
        "Latn",
        "Cyrl",
        "Arab",
        "Deva",
        "",
        "",
    ]


def test_words_tell_by_list_letter_and_ending() -> None:
    words = words_of("Você canção hoje Zé 7x")
    assert [(word.start, "pt" in word.of) for word in words.telling] == [(0, True), (5, True), (12, True)]
    assert len(words.starts) == 4
    assert words.within(5, 12).starts == [5]


def test_words_are_found_without_their_accents_and_in_arabic_keyboards_letters() -> None:
    assert "pt" in words_of("nao").telling[0].of
    assert "fa" in words_of("مي").telling[0].of


@pytest.mark.parametrize(("latin", "starts"), [(True, [0]), (False, [4]), (None, [0, 4])])
def test_words_of_one_kind_of_letters(latin: bool | None, starts: list[int]) -> None:
    assert words_of("the новый", latin=latin).starts == starts


def test_a_guess_counts_both_sides() -> None:
    text = "hoje você não vem"
    guess = other_language(text, words_of(text), "es", "es")
    assert guess is not None
    assert (guess.language, guess.sure, guess.start, guess.own) == ("pt", True, 0, 0)


def test_names_in_capitals_and_single_letters_tell_little() -> None:
    text = "Serveur M500, Modell X"
    assert other_language(text, words_of(text), "en", "en") is None


@pytest.mark.parametrize("language", ["pcm", "qaa"])
def test_no_guess_for_a_language_without_a_list_that_may_be_like_english(language: str) -> None:
    text = "you and me in the house with your friends"
    assert other_language(text, words_of(text), "", language) is None
    assert other_language(text, words_of(text), "", "eu") is not None


def test_frequent_words_are_those_of_the_language() -> None:
    assert is_frequent("no", "es")
    assert not is_frequent("gra", "es")
