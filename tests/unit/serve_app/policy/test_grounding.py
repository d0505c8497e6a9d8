# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""The grounding rule: numbers and dates come from the item."""

from __future__ import annotations

import pytest

from deployments.types import Severity
from tests.unit.serve_app.policy.judge import findings, rule_ids


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("7 reasons for coffee", "grounding.number"),
        ("Open since 1987", "grounding.number"),
        ("Coffee for $3", "grounding.price"),
        ("Coffee for $12", "grounding.price"),  # twelve seats are no price
        ("12% off every coffee", "grounding.number"),
        ("15k guests love it", "grounding.number"),
        ("The #1 coffee in town", "grounding.number"),
        ("５０ coffees", "grounding.number"),
        ("Coffee this Friday", "grounding.date"),
        ("Opening on May 2", "grounding.date"),
        ("Coffee all December", "grounding.date"),
    ],
)
def test_what_the_item_does_not_hold_is_ungrounded(text: str, code: str) -> None:
    assert code in rule_ids(text)


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
        "Coffee 24/7",
        "You may march in for coffee",
        "It's Ana's barista's secret",
    ],
)
def test_what_the_item_holds_may_be_said(text: str) -> None:
    assert rule_ids(text) == set()


def test_a_number_word_that_is_not_known_is_for_review_only() -> None:
    assert [f.severity for f in findings("Nine baristas, one espresso")] == [Severity.REVIEW]


def test_the_caption_grounds_too() -> None:
    assert "grounding.number" in rule_ids("5 cups of coffee")
    assert rule_ids("5 cups of coffee", caption="The picture may show 5 cups.") == set()
