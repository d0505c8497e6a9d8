# ruff: noqa: RUF001 - letters of other scripts are meant
"""Words that a text may not hold."""

from __future__ import annotations

from serve_app.policy.word_list import WordList


def test_words_are_found_whole_folded_and_once() -> None:
    words = WordList([("Rival Co", "block"), ("最佳", "review"), ("c++", "review")])
    assert list(words.found_in("ＲＩＶＡＬ  co, rival\u200b co and C++")) == [("rival co", "block"), ("c++", "review")]
    assert list(words.found_in("本店最佳咖啡")) == [("最佳", "review")]
    assert list(words.found_in("arrival cos")) == []


def test_a_list_of_nothing_finds_nothing() -> None:
    assert list(WordList([]).found_in("anything")) == []
    assert list(WordList([("\u200b", "block")]).found_in("anything")) == []
