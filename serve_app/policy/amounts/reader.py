"""A text as claims: all that it says of numbers, prices and moments."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from serve_app.policy.amounts.claims import Claim
from serve_app.policy.amounts.clock import time_of_day, with_half_day
from serve_app.policy.amounts.lexicon import lexicon_of
from serve_app.policy.amounts.moments import moment, with_month
from serve_app.policy.amounts.named_days import named_day
from serve_app.policy.amounts.quantities import quantity, whole_amount
from serve_app.policy.amounts.tokens import Tokens

Reader = Callable[[Tokens, int], tuple[Claim, int] | None]
_READERS: Final[tuple[Reader, ...]] = (time_of_day, named_day, moment, whole_amount, quantity)


@lru_cache(maxsize=16)
def tokens_of(text: str, language: str) -> Tokens:
    """Return the words of a text that matter for amounts."""
    return Tokens(text, lexicon_of(language))


def says(text: str, language: str, role: str) -> bool:
    """Whether a word of this role stands in the text."""
    tokens = tokens_of(text, language)
    return any(tokens.has(at, role) for at in range(len(tokens)))


@lru_cache(maxsize=64)
def claims(text: str, language: str) -> tuple[Claim, ...]:
    """Return the claims of a text, normalised by NFKC, in their order. Cached: three rules read each copy."""
    tokens = tokens_of(text, language)
    found: list[Claim] = []
    at = 0
    while at < len(tokens):
        if "skip" in tokens[at].roles:
            readers: tuple[Reader, ...] = (named_day,)  # "first" of "first Monday of June"
        else:
            readers = _READERS
        read = next((one for one in (reader(tokens, at) for reader in readers) if one), None)
        if read is None:
            at += 1
            continue
        claim, at = read
        if claim.subject == "date":
            _give_month(found, claim, tokens.text)
        if claim.readings:
            found.append(claim)
    return tuple(found)


def _give_month(found: list[Claim], later: Claim, text: str) -> None:
    for n in range(len(found) - 1, -1, -1):
        between = text[found[n].end : later.start]
        day = with_month(found[n], later, between) or with_half_day(found[n], later, between)
        if day is None:
            return
        found[n], later = day, day
