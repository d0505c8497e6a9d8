"""What follows from the amounts of an item."""

from __future__ import annotations

import pytest

from tests.unit.serve_app.policy.amounts.read import claimed, facts


@pytest.mark.parametrize(
    ("item", "copy", "held"),
    [
        ("Was $40.00, now $30.00", "25% off", True),
        ("Was $40.00, now $30.00", "$10 off", True),
        ("Was $40.00, now $30.00", "30% off", False),
        ("12,000 of the 48,000 asked", "a quarter of all", True),
        ("Ana, Bo and Chris", "three", True),
        ("Ana, Bo and Chris", "four", False),
        ("3 to 9 July", "7 days", True),
        ("from 18:00 to 20:30", "two and a half hours", True),
        ("18 months", "one and a half years", True),
        ("40 minutes", "40 seconds", False),
        ("2.5 km", "2500 metres", True),
        ("43 guests", "hundreds of guests", False),
        ("243 guests", "hundreds of guests", True),
        ("3x2 on socks", "2x1", False),
    ],
)
def test_a_claim_follows_or_not(item: str, copy: str, held: bool) -> None:
    (claim,) = claimed(copy)
    assert facts(item).holds(claim) == held


def test_the_nearest_amount_of_the_item_is_named() -> None:
    (claim,) = claimed("19 dogs")
    assert facts("12 dogs, 17 cats and 300 birds").nearest(claim) == "17"
