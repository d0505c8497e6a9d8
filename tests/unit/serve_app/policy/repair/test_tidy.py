"""Spaces, marks, a word written twice, emoji: mended without a loss of words."""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

import pytest

from serve_app.policy.repair.tidy import fewer_emoji, spaced


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("Fresh  bread   today", "Fresh bread today"),
        ("Fresh bread , today !", "Fresh bread, today!"),
        ("Fresh bread!!! Really?!?!", "Fresh bread! Really?"),
        ("新鲜的面包！！！ 真的？！", "新鲜的面包！ 真的？"),
        ("خبز طازج ، اليوم ؟؟", "خبز طازج، اليوم؟"),
        ("Save .5 kilos at our .com shop :)", "Save .5 kilos at our .com shop :)"),
        ("Wait... what", "Wait... what"),
    ],
)
def test_spaces_and_runs_of_marks(text: str, mended: str) -> None:
    assert spaced(text, (), "en") == mended


def test_french_keeps_its_spaces() -> None:
    assert spaced("Du pain frais !  Déjà ?", (), "fr") == "Du pain frais ! Déjà ?"


def test_a_word_that_a_rule_found_twice_is_left_once() -> None:
    assert spaced("Bread from the the bakery", ("the the",), "en") == "Bread from the bakery"
    assert spaced("Bye bye winter, come to the bakery", ("winter,",), "en") == "Bye bye winter, come to the bakery"


@pytest.mark.parametrize(
    ("text", "most", "mended"),
    [
        ("Bread 🍞🥖🥐 today", 1, "Bread 🍞 today"),
        ("Gold for Japan 🇯", 1, "Gold for Japan"),
        ("Two mums \U0001f469\u200d\U0001f469\u200d on wheels", 1, "Two mums on wheels"),
        (
            "Work \U0001f9d1\U0001f3fd\u200d\U0001f692 and \U0001f3fd win",
            1,
            "Work \U0001f9d1\U0001f3fd\u200d\U0001f692 and win",
        ),
        ("Brand® of 2 loaves™", 0, "Brand® of 2 loaves™"),
    ],
)
def test_broken_and_superfluous_emoji_go(text: str, most: int, mended: str) -> None:
    emoji = ("🍞", "🥖", "🥐", "\U0001f9d1")
    assert fewer_emoji(text, lambda left: sum(left.count(one) for one in emoji) <= most) == mended


def test_a_text_that_never_passes_stays() -> None:
    assert fewer_emoji("Bread 🍞", lambda _: False) == "Bread 🍞"
