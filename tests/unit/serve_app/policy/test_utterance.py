# ruff: noqa: RUF001 - the letters of other scripts are meant
"""Where words stand in what somebody said."""

from __future__ import annotations

import pytest

from serve_app.policy.utterance import Utterances

SAID = "Well, I didn't sell my boat, you know. I fed 12 gulls instead. Не продаю, честно. 海はね、こわくないですよ。"


@pytest.mark.parametrize(
    "quoted", ["i did not sell my boat", "I fed 12 gull", "I didn't sell my boat… I fed 12 gulls", "海はこわくない"]
)
def test_cut_and_inflected_words_are_found(quoted: str) -> None:
    assert Utterances(SAID).place(quoted) is not None


@pytest.mark.parametrize(
    "quoted",
    [
        "sell my boat",
        "I fed 13 gulls",
        "I fed 12 gulls. I didn't sell my boat",
        "продаю",
        "海はこわく",
        "I fed my boat",
    ],
)
def test_a_lost_negation_another_number_and_another_order_are_not(quoted: str) -> None:
    assert Utterances(SAID).place(quoted) is None


def test_the_place_is_that_of_the_first_word() -> None:
    assert Utterances(SAID).place("fed 12 gulls") == SAID.index("fed")


def test_what_another_says_or_what_is_supposed_is_not_the_speakers_word() -> None:
    others = Utterances(
        "People say we are lost. If we are late, they wait. He said 'we are proud'. I think we are close."
    )
    assert [others.place(words) for words in ("we are lost", "we are late")] == [None, None]
    assert None not in [others.place(words) for words in ("we are proud", "we are close")]
