"""Contacts that are allowed."""

from __future__ import annotations

from serve_app.policy.contacts import AllowedContacts
from serve_app.policy.links import Address

ALLOWED = AllowedContacts(domains=("Shop.example",), email_domains=("mail.example",), phones=("+34 600 123 456",))


def address(kind: str, host: str) -> bool:
    return ALLOWED.address(Address(kind, 0, 1, host))


def test_a_domain_is_allowed_with_its_subdomains() -> None:
    assert address("link", "shop.example")
    assert address("link", "www.shop.example")
    assert not address("link", "evilshop.example")
    assert not address("email", "shop.example")
    assert address("email", "mail.example")


def test_a_phone_is_allowed_with_and_without_its_country() -> None:
    assert ALLOWED.phone("34600123456")
    assert ALLOWED.phone("600123456")
    assert not ALLOWED.phone("600123457")
    assert not ALLOWED.phone("456")
