# ruff: noqa: RUF001 - letters of other scripts are meant
"""Words of scripts without spaces."""

from __future__ import annotations

import pytest

from serve_app.policy.unspaced import hiragana, inflected, is_between, is_word


@pytest.mark.parametrize(
    ("text", "word", "language", "is_own"),
    [
        ("東京都の公園", "京都", "ja", False),
        ("京都の公園", "京都", "ja", True),
        ("フライパン一つ", "パン", "ja", False),
        ("ダイエットサプリ", "ダイエット", "ja", True),
        ("产品和服务都好", "和服", "zh", False),
        ("开发票务系统", "发票", "zh", False),
        ("一张发票", "发票", "zh", True),
        ("雨后彩虹", "彩", "zh", False),
    ],
)
def test_a_word_is_no_part_of_others(text: str, word: str, language: str, is_own: bool) -> None:
    start = text.index(word)
    assert is_word(text, start, start + len(word), language) is is_own


def test_a_verb_is_found_in_its_forms() -> None:
    assert "儲かり" in set(inflected("儲かる"))
    assert list(inflected("無料")) == ["無料"]


def test_what_breaks_words_up_is_no_punctuation_of_sentences() -> None:
    assert all(map(is_between, " ·*.🌟"))
    assert not any(map(is_between, "，。、！"))
    assert hiragana("ギャンブル") == "ぎゃんぶる"
