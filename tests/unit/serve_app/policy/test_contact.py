"""The contact rule: addresses come from the item."""

from __future__ import annotations

import pytest

from tests.unit.serve_app.policy.judge import rule_ids


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("More at https://evil.example/x", "pii.link"),
        ("More at www.coffee.example", "pii.link"),
        ("More at coffee-now.com", "pii.link"),
        ("Write to me@coffee.example", "pii.email"),
        ("Call +34 911 222 333", "pii.phone"),
        ("Call (555) 123-4567 8", "pii.phone"),
    ],
)
def test_a_made_up_address_is_caught(text: str, code: str) -> None:
    assert code in rule_ids(text)


def test_the_items_own_address_may_be_used() -> None:
    assert rule_ids("Book at www.cafemayor.example.com") == set()
    assert rule_ids("Call +34 600 123 456") == set()
    assert rule_ids("Coffee is ready.Come in") == set()
