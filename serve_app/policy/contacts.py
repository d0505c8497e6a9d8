"""Contacts that an operator or a tenant allows in copies."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Final

from pydantic import Field

from deployments.settings import Knobs
from serve_app.policy.links import Address
from serve_app.policy.text import digits, normalise

_FEWEST_EQUAL: Final = 7  # last digits by which two phone numbers are one
_Name = Annotated[str, Field(min_length=1, max_length=253)]


class AllowedContacts(Knobs):
    """Contacts that a copy may hold: domains of links, with their subdomains; domains of e-mail; phone numbers."""

    domains: tuple[_Name, ...] = Field(default=(), max_length=1_000)
    email_domains: tuple[_Name, ...] = Field(default=(), max_length=1_000)
    phones: tuple[_Name, ...] = Field(default=(), max_length=1_000)

    @cached_property
    def phone_digits(self) -> tuple[str, ...]:
        return tuple(digits(normalise(phone)) for phone in self.phones)

    def address(self, address: Address) -> bool:
        names = self.email_domains if address.kind == "email" else self.domains
        return any(address.host == name or address.host.endswith("." + name) for name in map(str.casefold, names))

    def phone(self, number: str) -> bool:
        """Whether the number is allowed, with or without the code of its country."""
        for phone in self.phone_digits:
            shorter, longer = sorted((phone.lstrip("0"), number.lstrip("0")), key=len)
            if longer == shorter or (len(shorter) >= _FEWEST_EQUAL and longer.endswith(shorter)):
                return True
        return False
