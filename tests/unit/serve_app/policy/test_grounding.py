# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""The number, price and date rules together: what the item does not have is found, what it has may be said."""

from __future__ import annotations

import pytest

from deployments.types import Item, Severity
from tests.unit.serve_app.policy.judge import findings, rule_ids


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("7 reasons for coffee", "grounding.number"),
        ("Open since 1987", "grounding.date"),
        ("Coffee for $3", "grounding.price"),
        ("Coffee for $12", "grounding.price"),  # twelve seats are no price
        ("12% off every coffee", "grounding.price"),
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


def test_a_number_in_words_counts_like_one_in_figures_unless_it_is_an_idiom() -> None:
    assert [f.severity for f in findings("Nine baristas, one espresso")] == [Severity.BLOCK]
    assert [f.severity for f in findings("A couple of baristas", item=Item(title="Coffee"))] == [Severity.REVIEW]


def test_a_finding_has_the_nearest_number_of_the_item() -> None:
    (finding,) = findings("Espresso for $4.60")
    assert (finding.text, finding.evidence) == ("$4.60", "4.5")


def test_the_caption_grounds_too() -> None:
    assert "grounding.number" in rule_ids("5 cups of coffee")
    assert rule_ids("5 cups of coffee", caption="The picture may show 5 cups.") == set()


@pytest.mark.parametrize(
    ("locale", "item", "text"),
    [
        ("en", "The truck carries 1,500kg of rice", "A truck with 500kg of rice"),
        ("es", "Subasta de 12.300€ por un reloj", "Un reloj por 300€"),
        ("ru", "Груз весит 1 500кг", "Груз весит 500кг"),
        ("de", "Ein Sack mit 1’250kg", "Ein Sack mit 250kg"),
        ("hi", "ट्रक में 1,750किलो चावल", "ट्रक में 750किलो चावल"),
        ("ar", "شاحنة تحمل 1,500 درهم", "شاحنة تحمل 500 درهم"),
        ("zh", "礼盒卖2,300元", "礼盒卖300元"),
        ("ja", "参加費は1,800円", "参加費は800円"),
        ("pt", "O saco pesa 1.250kg", "O saco pesa 250kg"),
    ],
)
def test_the_end_of_a_larger_amount_is_another_amount(locale: str, item: str, text: str) -> None:
    found = findings(text, item=Item(title=item, locale=locale))
    assert any(f.severity is Severity.BLOCK for f in found if f.rule in ("grounding.number", "grounding.price"))
