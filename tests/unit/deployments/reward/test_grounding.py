"""Which words of a copy its facts hold."""

from __future__ import annotations

import pytest

from deployments.reward.grounding import Facts, Mark, Repeat

FACTS = Facts(
    "Title: The Button Room\nDescription: 11,400 buttons stay with Ms Okafor until autumn. Three men stopped. It is $5."
)


def marks(text: str) -> dict[str, str]:
    [marked] = FACTS.marks(text)
    return {text[word.start : word.end]: word.mark.name for word in marked}


@pytest.mark.parametrize(
    ("text", "word", "mark"),
    [
        ("we saw 11400 of them", "11400", "NUMBER_HELD"),
        ("see 11,400 buttons", "11,400", "NUMBER_NEAR"),
        ("buttons: 11,400", "11,400", "NUMBER_NEAR"),
        ("for $5 each", "5", "NUMBER_NEAR"),
        ("for £5 each", "5", "NUMBER_HELD"),
        ("at 5 pm", "5", "NUMBER_HELD"),
        ("see 11,300 buttons", "11,300", "NUMBER_FREE"),
        ("all 3 men", "3", "NUMBER_NEAR"),
        ("three women", "three", "NUMBER_HELD"),
        ("the men stop", "stop", "HELD_NEAR"),
        ("a stopping button", "button", "HELD"),
        ("a zebra", "zebra", "FREE"),
        ("what Okafor's men did", "Okafor's", "CAPITAL_HELD"),
        ("stay with Okafor", "Okafor", "CAPITAL_NEAR"),
        ("what Baptiste did", "Baptiste", "CAPITAL_FREE"),
        ("Zebras came. Lions left.", "Lions", "FREE"),
        ("until then", "until", "FUNCTION"),
    ],
)
def test_a_word_is_marked_by_what_the_facts_hold(text: str, word: str, mark: str) -> None:
    assert marks(text)[word] == mark


def test_capitals_say_nothing_where_every_word_has_one() -> None:
    assert marks("Seven Zebras Cross Town")["Zebras"] == Mark.FREE.name


def test_words_keep_their_places() -> None:
    text = "It\u2019s 5.50 am, (says) Émile"
    assert [text[word.start : word.end] for word in FACTS.marks(text)[0]] == [
        "It\u2019s",
        "5.50",
        "am",
        "says",
        "Émile",
    ]


def test_words_and_runs_that_the_copy_has_said_before_are_marked() -> None:
    title, body = FACTS.marks("The room opens", "Come to the room. It opens to all")
    assert {word.repeat for word in title} == {Repeat.NONE}
    assert [word.repeat.name for word in body] == ["NONE", "NONE", "NONE", "RUN", "NONE", "WORD", "NONE", "NONE"]


def test_wording_is_the_share_of_neighbours_that_the_facts_have() -> None:
    assert FACTS.wording("buttons stay with Ms Okafor") == 1
    assert FACTS.wording("Okafor stays with buttons", "") == pytest.approx(1 / 3)
    assert FACTS.wording("zebra", "") == 0
