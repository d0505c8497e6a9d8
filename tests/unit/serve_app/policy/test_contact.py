"""The contact rule: addresses come from the item."""

from __future__ import annotations

import pytest

from tests.unit.serve_app.policy.judge import codes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("More at https://evil.example/x", "CONTACT_URL"),
        ("More at www.coffee.example", "CONTACT_URL"),
        ("More at coffee-now.com", "CONTACT_URL"),
        ("Write to me@coffee.example", "CONTACT_EMAIL"),
        ("Call +34 911 222 333", "CONTACT_PHONE"),
        ("Call (555) 123-4567 8", "CONTACT_PHONE"),
    ],
)
def test_a_made_up_address_is_caught(text: str, code: str) -> None:
    assert code in codes(text)


def test_the_items_own_address_may_be_used() -> None:
    assert codes("Book at www.cafemayor.example.com") == set()
    assert codes("Call +34 600 123 456") == set()
    assert codes("Coffee is ready.Come in") == set()
