"""The repetition rule."""

from __future__ import annotations

import pytest

from tests.unit.serve_app.policy.judge import rule_ids


@pytest.mark.parametrize(
    "text",
    [
        "coffee coffee coffee coffee coffee",
        "I love coffee. I love coffee. I love coffee.",
        "hahahaaaaaaaaaaa it is coffee",
        "the best the coffee the best the coffee the best the coffee",
        "coffee, coffee, coffee, coffee!",
    ],
)
def test_a_looping_model_is_caught(text: str) -> None:
    assert "format.looping" in rule_ids(body=text)


@pytest.mark.parametrize(
    "text", ["Sooo good!", "No, no, no!", "Coffee by day, coffee by night", "Bean to cup, cup to you"]
)
def test_rhetoric_is_no_loop(text: str) -> None:
    assert rule_ids(text) == set()


def test_a_body_that_repeats_the_title_is_caught() -> None:
    assert "duplicate.title" in rule_ids("Morning coffee for you", "Morning coffee, for you!")
    assert "duplicate.title" in rule_ids("The barista pours an espresso", "An espresso, the barista pours.")
    assert rule_ids("Morning coffee", "Morning coffee tastes best at the counter.") == set()
