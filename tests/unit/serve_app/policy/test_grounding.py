# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""The grounding rule: numbers, dates and quotations come from the item."""

from __future__ import annotations

import pytest

from deployments.types import Severity
from tests.unit.serve_app.policy.judge import codes, findings


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("7 reasons for coffee", "UNGROUNDED_NUMBER"),
        ("Open since 1987", "UNGROUNDED_NUMBER"),
        ("Coffee for $3", "UNGROUNDED_NUMBER"),
        ("Coffee for $12", "UNGROUNDED_NUMBER"),  # twelve seats are no price
        ("12% off every coffee", "UNGROUNDED_NUMBER"),
        ("15k guests love it", "UNGROUNDED_NUMBER"),
        ("The #1 coffee in town", "UNGROUNDED_NUMBER"),
        ("５０ coffees", "UNGROUNDED_NUMBER"),
        ("Coffee this Friday", "UNGROUNDED_DATE"),
        ("Opening on May 2", "UNGROUNDED_DATE"),
        ("Coffee all December", "UNGROUNDED_DATE"),
        ("“The best coffee of my life”", "UNGROUNDED_QUOTE"),
        ("Ana says: 'This is my whole life'", "UNGROUNDED_QUOTE"),
        ("„Mein ganzes Leben lang“", "UNGROUNDED_QUOTE"),
    ],
)
def test_what_the_item_does_not_hold_is_ungrounded(text: str, code: str) -> None:
    assert code in codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "12 seats and an espresso",
        "Twelve seats and an espresso",
        "3 baristas, one espresso",
        "1500 guests a month",
        "1.5k guests a month",
        "Espresso for $4.50",
        "Espresso for 4,50 €",
        "20% off your espresso",
        "A Monday in March: coffee at last",  # 2026-03-02 was a Monday
        "Open since 2026",
        "“We roast every bean ourselves”",
        '"we always will," says Ana Ruiz',
        'So-called "coffee" elsewhere',
        "Coffee 24/7",
        "You may march in for coffee",
        "It's Ana's barista's secret",
    ],
)
def test_what_the_item_holds_may_be_said(text: str) -> None:
    assert codes(text) == set()


def test_a_number_word_that_is_not_known_is_for_review_only() -> None:
    assert [f.severity for f in findings("Nine baristas, one espresso")] == [Severity.REVIEW]


def test_the_caption_grounds_too() -> None:
    assert "UNGROUNDED_NUMBER" in codes("5 cups of coffee")
    assert codes("5 cups of coffee", caption="The picture may show 5 cups.") == set()
