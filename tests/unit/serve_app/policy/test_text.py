"""Normal forms of a text."""

from __future__ import annotations

from serve_app.policy.text import fold, normalise, words


def test_compatibility_forms_become_plain() -> None:
    assert normalise("ＯＫ ①") == "OK 1"  # noqa: RUF001 - full-width letters


def test_texts_that_read_the_same_fold_to_one() -> None:
    assert fold("Coffee,  NOW!") == fold("coffee - now") == "coffee now"


def test_apostrophes_and_hyphens_stay_inside_words() -> None:
    assert words("It's bean-to-cup, 12 times") == ("It's", "bean-to-cup", "12", "times")


def test_more_marks_than_any_language_has_are_left_out() -> None:
    assert normalise("e\u0301") == "é"
    assert normalise("x" + "\u0301" * 500 + "y") == "x" + "\u0301" * 30 + "y"
