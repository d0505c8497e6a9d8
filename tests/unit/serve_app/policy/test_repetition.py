"""The repetition rule."""

from __future__ import annotations

import pytest

from tests.unit.serve_app.policy.judge import codes


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
    assert "LOOPING" in codes(body=text)


@pytest.mark.parametrize(
    "text", ["Sooo good!", "No, no, no!", "Coffee today, coffee tomorrow", "Bean to cup, cup to you"]
)
def test_rhetoric_is_no_loop(text: str) -> None:
    assert codes(text) == set()


def test_a_body_that_repeats_the_title_is_caught() -> None:
    assert "TITLE_REPEATED" in codes("Morning coffee for you", "Morning coffee, for you!")
    assert codes("Morning coffee", "Morning coffee tastes best at the counter.") == set()
