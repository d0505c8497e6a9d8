"""Shorthand of the tests of amounts: a text as tokens, and what it claims."""

from __future__ import annotations

from serve_app.policy.amounts.claims import Claim, Reading
from serve_app.policy.amounts.facts import Facts
from serve_app.policy.amounts.lexicon import lexicon_of
from serve_app.policy.amounts.reader import claims
from serve_app.policy.amounts.tokens import Tokens
from serve_app.policy.text import normalise


def tokens(text: str, language: str = "en") -> Tokens:
    return Tokens(normalise(text), lexicon_of(language))


def claimed(text: str, language: str = "en") -> list[Claim]:
    return list(claims(normalise(text), language))


def readings(text: str, language: str = "en") -> list[Reading]:
    """The likely reading of each claim."""
    return [claim.readings[0] for claim in claimed(text, language)]


def facts(text: str, language: str = "en") -> Facts:
    return Facts(normalise(text), claimed(text, language))
