"""Tokens: words of the lexicon and figures with all their readings."""

from __future__ import annotations

import pytest

from serve_app.policy.amounts.tokens import readings
from tests.unit.serve_app.policy.amounts.read import tokens


@pytest.mark.parametrize(
    ("digits", "values"),
    [
        ("1,500", [1500.0, 1.5]),
        ("1.500", [1500.0, 1.5]),
        ("1,50,000", [150_000.0]),
        ("9,95", [9.95]),
        ("1,000.50", [1000.5, 1.0, 0.0, 50.0]),
        ("1 234,56", [1234.56]),
        ("2 490", [2490.0]),
    ],
)
def test_figures_have_every_reading_of_their_separators(digits: str, values: list[float]) -> None:
    found = readings(digits)
    assert found[0] == values[0]
    assert set(values) <= set(found) | {1.0, 0.0}


def test_an_idiom_is_one_token_and_a_longer_word_is_none() -> None:
    found = tokens("One of ten tents is open 24/7")
    assert [found[n].text for n in range(len(found))] == ["One of", "ten", "24/7"]


def test_an_arabic_word_keeps_its_prefix_and_says_so() -> None:
    found = tokens("وأربعمئة", "ar")
    assert found[0].joined
    assert found[0].roles["numbers"] == 400


def test_idioms_of_unspaced_text_do_not_begin_inside_a_number() -> None:
    assert [t for t in (tokens("十分好", "zh"))._tokens if "skip" in t.roles]
    assert not [t for t in (tokens("四十分钟", "zh"))._tokens if "skip" in t.roles]
