"""PII rule: whatever reaches or identifies a person, whoever wrote it. Patterns only; names are no part of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import regex

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.accounts import accounts
from serve_app.policy.contacts import AllowedContacts
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId, fields_of
from serve_app.policy.house_numbers import with_house_numbers
from serve_app.policy.identities import identities
from serve_app.policy.links import Address, addresses
from serve_app.policy.person_numbers import Number, with_ascii_digits
from serve_app.policy.phones import phones, spoken_phones
from serve_app.policy.text import normalise
from serve_app.policy.whereabouts import Place, handles, street_addresses

# The name in a placeholder, such as {{ user.name }}, is sent to nobody. Its default value is.
_PLACEHOLDER: Final = regex.compile(r"(?:\{\{|\$\{|\{%|\*\||%%)\s*[\w.\-]++")
_SIGNS: Final = frozenset("{|%")


class PiiRule(Knobs):
    """Contacts, numbers and addresses of persons.

    action: of what surely is one. unsure: of what may be one, such as a mention or a file's name. allowed: of the
    operator; a tenant's own stand with the tenant.
    """

    action: Action = "block"
    unsure: Action = "review"
    allowed: AllowedContacts = AllowedContacts()


class _Piece(NamedTuple):
    rule: str
    start: int
    end: int
    is_sure: bool


def pii(copy: Copy, context: PolicyContext, settings: PiiRule) -> Iterator[Hit]:
    """All findings of pii.*, but of the words of the operator's own template and of allowed contacts."""
    allowed = [one for one in (settings.allowed, context.tenant_allowed) if one is not None]
    own_words = normalise(context.own_words)
    for field, sent in fields_of(copy):
        text = sent if _SIGNS.isdisjoint(sent) else _PLACEHOLDER.sub(lambda match: " " * len(match.group()), sent)
        for piece in _pieces(text, context.item.language, allowed):
            written = text[piece.start : piece.end]
            if not own_words or written not in own_words:
                action = settings.action if piece.is_sure else settings.unsure
                yield Hit(piece.rule, action, field, written, (piece.start, piece.end))


def _pieces(text: str, language: str, allowed: list[AllowedContacts]) -> Iterator[_Piece]:
    """Yield what does not overlap: the surest kinds first."""
    taken: list[tuple[int, int]] = []
    for found in _all(text, language):
        start, end = found.start, found.end
        if any(start < after and end > before for before, after in taken):
            continue
        taken.append((start, end))
        match found:
            case Address():
                if not any(one.address(found) for one in allowed):
                    yield _Piece(f"pii.{found.kind}", start, end, found.is_sure)
            case Number():
                if found.rule != "pii.phone" or not any(one.phone(found.digits) for one in allowed):
                    yield _Piece(found.rule, start, end, found.is_sure)
            case Place():
                yield _Piece(found.rule, start, end, found.is_sure)


def _all(text: str, language: str) -> Iterator[Address | Number | Place]:
    yield from addresses(text)
    yield from handles(text)
    yield from spoken_phones(text)
    read = with_ascii_digits(text)
    has_digits = any(map(str.isdigit, read))
    if has_digits:
        yield from identities(read)
        yield from accounts(read)
    yield from street_addresses(with_house_numbers(read, language))
    if has_digits:
        yield from phones(read)


PII = Rule(
    "pii",
    pii,
    (
        RuleId("pii.email", "an e-mail address"),
        RuleId("pii.link", "a link"),
        RuleId("pii.phone", "a phone number"),
        RuleId("pii.card", "the number of a payment card"),
        RuleId("pii.iban", "a bank account or a wallet"),
        RuleId("pii.identity", "an identity number of a person"),
        RuleId("pii.address", "a street address"),
        RuleId("pii.handle", "a name at a messenger or a payment service"),
    ),
)
