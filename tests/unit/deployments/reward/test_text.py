"""The text that the reward model reads, and its surface features."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.reward.text import FEATURES, FEW_WORDS, LENGTH, LONG, STYLES, feature, features, log_words, render_copy


@pytest.mark.parametrize(
    ("copy", "text"),
    [
        (("Title", "Body."), "Title. Body."),
        (("Why?", "So."), "Why? So."),
        (("", "Body"), "Body"),
        ((" a\n b ", ""), "a b"),
    ],
)
def test_a_copy_is_one_text(copy: tuple[str, str], text: str) -> None:
    assert render_copy(*copy) == text


@pytest.mark.parametrize("end", [".", "!", "?", ":", "…", "。", "\uff01", "\uff1f"])
def test_a_title_that_ends_gets_no_second_end(end: str) -> None:
    assert render_copy(f"Title{end}", "Body") == f"Title{end} Body"


@given(st.text(max_size=40), st.text(max_size=40))
def test_layout_of_a_copy_says_nothing(title: str, body: str) -> None:
    assert render_copy(f"  {title}\n", f"\t{body} ") == render_copy(title, body)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("one", 1),
        ("don't stop", 2),
        ("the dog\u2019s bed", 3),
        ("a - b", 2),
        ("猫 犬", 2),
        ("3.5 km", 3),
        ("...", 0),
    ],
)
def test_words_are_counted(text: str, words: int) -> None:
    assert log_words(text) == math.log1p(words)


@pytest.mark.parametrize(
    ("style", "has", "lacks"),
    [
        ("question", "Why not?", "Why not."),
        ("number", "7 ways", "covid19"),
        ("quote", "He said “no”", "the dogs' beds"),
        ("quote", "'No' was the answer", "don't"),
        ("urgent", "It ends TODAY", "nowhere to go"),
        ("how_to", "Here's how it works", "how it works"),
        ("contrast", "But it rained", "butter"),
        ("curiosity", "What happened next", "what is next"),
    ],
)
def test_a_style_is_seen_by_its_sign_and_by_whole_words(style: str, has: str, lacks: str) -> None:
    assert (feature(style, has), feature(style, lacks)) == (1.0, 0.0)


def test_length_bends_where_pushes_take_over() -> None:
    short, bend, long = ("word " * n for n in (FEW_WORDS - 1, FEW_WORDS, FEW_WORDS + 10))
    assert (feature(LONG, short), feature(LONG, bend)) == (0.0, 0.0)
    assert feature(LONG, long) == pytest.approx(log_words(long) - log_words(bend))
    assert feature(LENGTH, long) == log_words(long)


def test_the_features_are_in_the_order_of_their_names() -> None:
    values = dict(zip(FEATURES, features("Why are 7 dogs here?"), strict=True))
    assert {name for name in STYLES if values[name]} == {"question", "number"}
    assert values[LENGTH] == math.log1p(5)


def test_an_unknown_feature_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        feature("loud", "x")
