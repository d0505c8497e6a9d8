# ruff: noqa: RUF001 - letters of other scripts are meant
"""Cards, accounts and wallets."""

from __future__ import annotations

import pytest

from serve_app.policy.accounts import accounts


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("4111 1111 1111 1111", "pii.card"),
        ("на карту 4276 1600 1234 5678", "pii.card"),
        ("ES91 2100 0418 4502 0005 1332 is mine", "pii.iban"),
        ("DE89370400440532013000", "pii.iban"),
        ("р/с 40817810099910004312", "pii.iban"),
        ("खाता संख्या 1234567890", "pii.iban"),
        ("0x52908400098527886E0F7030069857D2E4169EE7", "pii.iban"),
    ],
)
def test_they_are_found(text: str, rule: str) -> None:
    assert rule in {one.rule for one in accounts(text)}


@pytest.mark.parametrize(
    "text", ["4111111111111112", "ES92 2100 0418 4502 0005 1332", "AB12 is a plate", "Item 4539148803436467000123"]
)
def test_wrong_check_digits_are_none(text: str) -> None:
    assert list(accounts(text)) == []
