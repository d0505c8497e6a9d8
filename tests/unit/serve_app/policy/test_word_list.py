# ruff: noqa: RUF001 - letters of other scripts are meant
"""Words that a text may not hold."""

from __future__ import annotations

import pytest

from serve_app.policy.text import readable
from serve_app.policy.word_list import WordList, of_severities


def found(words: WordList, text: str, language: str = "en") -> list[tuple[str, str, str]]:
    read = readable(text)
    return [(f.word, f.action, read[f.start : f.end]) for f in words.found_in(read, language)]


def test_words_are_found_whole_folded_and_once() -> None:
    words = WordList([("Rival Co", "block"), ("最佳", "review"), ("c++", "review")])
    assert found(words, "ＲＩＶＡＬ  co, rival\u200b co and C++") == [
        ("rival co", "block", "RIVAL  co"),
        ("c++", "review", "C++"),
    ]
    assert found(words, "本店最佳咖啡", "zh") == [("最佳", "review", "最佳")]
    assert found(words, "arrival cos") == []


def test_a_phrase_does_not_go_on_into_the_next_sentence() -> None:
    words = WordList([("last chance", "block"), ("miracle cure", "block")])
    assert found(words, "Rain at last. Chance of sun") == []
    assert found(words, "A last-chance sale") == [("last chance", "block", "last-chance")]
    assert found(words, "The m!racle c.u.r.e") == [("miracle cure", "block", "m!racle c.u.r.e")]


def test_a_word_of_an_exception_is_none() -> None:
    words = WordList([("crack", "block"), ("第一", "block")], ["crack the code", "第一次"], known=True)
    assert found(words, "Crack the code, third try") == []
    assert found(words, "Crack and more") == [("crack", "block", "Crack")]
    assert found(words, "第一次来", "zh") == []


def test_a_list_of_nothing_finds_nothing() -> None:
    assert found(WordList([]), "anything") == []
    assert found(WordList([("\u200b", "block")]), "anything") == []


@pytest.mark.parametrize("hidden", ["f*ck this", "f#ck this", "f**k this", "F@CK this"])
def test_hidden_letters(hidden: str) -> None:
    assert [f[0] for f in found(WordList([("fuck", "block")]), hidden)] == ["fuck"]
    assert found(WordList([("fuck", "block")]), "f*** five*star 4*4") == []


def test_severities_are_those_of_findings() -> None:
    words = of_severities({"a one": "BLOCK", "b two": "REVIEW", "c three": "REWRITE"})
    assert [f[1] for f in found(words, "a one b two c three")] == ["block", "review", "rewrite"]
