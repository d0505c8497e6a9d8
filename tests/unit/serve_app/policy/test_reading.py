"""What the words of a text may stand for."""

from __future__ import annotations

from serve_app.policy.reading import Reading


def keys(text: str, language: str = "en") -> set[str]:
    return {key for unit in Reading(text, language).units for key in unit.keys}


def test_letters_apart_and_pieces_are_words() -> None:
    assert "free" in keys("so f r e e now")
    assert "free" in keys("F.R.E.E money")
    assert "gratis" in keys("gra-tis")
    assert "free" not in keys("if re ellen")


def test_signs_for_letters() -> None:
    assert "shit" in keys("what $h1t!")
    assert [m.pattern for m in Reading("oh sh*t", "en").masked] == ["sh.t"]
    assert Reading("5*star a*b", "en").masked == []


def test_a_phrase_ends_with_its_sentence() -> None:
    read = Reading("at last. Chance it, last-chance", "en")
    assert not read.gap_is_open(1, 2)
    assert read.gap_is_open(4, 5)


def test_only_texts_without_spaces_have_such_a_reading() -> None:
    assert Reading("plain", "en").unspaced is None
    unspaced = Reading("最 佳 x", "zh").unspaced
    assert unspaced is not None
    assert unspaced.text == "最佳 x"
