"""Sums of money, and offers such as 3x2."""

# ruff: noqa: RUF001 - the marks and letters of other scripts are meant

from __future__ import annotations

from typing import Final

from serve_app.policy.amounts.beside import Beside, after_bound, off_after
from serve_app.policy.amounts.claims import Bound, Claim, Deal, Money
from serve_app.policy.amounts.numerals import Numeral, numeral
from serve_app.policy.amounts.tokens import Tokens

_MUCH: Final = 100  # a sum in a currency of which one is worth little


def deal(tokens: Tokens, at: int) -> tuple[Claim, int] | None:
    """3x2, 2x1."""
    if not (tokens.has(at, "digits") and tokens.next_has(at + 1, "units") and tokens.next_has(at + 2, "digits")):
        return None
    if tokens[at + 1].text not in ("x", "X", "×") or tokens.gap(at + 1) or tokens.gap(at + 2):
        return None
    text = f"{tokens[at].text}x{tokens[at + 2].text}"
    return Claim("price", (Deal(text),), tokens[at].start, tokens[at + 2].end, counted=True), at + 3


def money_of(tokens: Tokens, number: Numeral, end: int, beside: Beside, bound: Bound) -> tuple[Claim, int] | None:
    values, currencies = number.values, beside.currencies
    if number.ordinal:
        return None
    if tokens.next_has(end, "currencies") and _is_of(tokens, number, end):
        named = tokens[end].roles["currencies"]
        currencies = currencies & named or named if currencies else named
        end += 1
        extra, end = _rest_of_money(tokens, end)
        # "296 pesos y media tlayuda": the half may belong to what follows
        values = (*(value + extra for value in values), *(values if extra == 0.5 else ()))
    elif tokens.next_has(end, "cents") and currencies is None:
        values, end, currencies = tuple(value / 100 for value in values), end + 1, frozenset()
    elif currencies is None:
        return None
    else:
        end = end if end == number.end or tokens.has(end - 1, "after") else number.end
    after, end = after_bound(tokens, end)
    off, end = off_after(tokens, end)
    sums = tuple(Money(value, bound or after, currencies or None, off or beside.save) for value in values)
    return Claim("price", sums, beside.start, tokens[end - 1].end, counted=True), end


def _is_of(tokens: Tokens, number: Numeral, end: int) -> bool:
    """Whether the currency at this token is of the number before it, not of one after it, and is no other word."""
    if tokens.has(end, "currencies_of_much") and (number.values[0] < _MUCH or tokens.rest(end + 1)[:1] == "'"):
        return False
    if not tokens.has(end + 1, "digits") or tokens.gap(end + 1) not in ("", " "):
        return True
    parted = bool(tokens.gap(end)) and not tokens.gap(end + 1)  # one £90 bill
    return not parted and (number.digits or tokens[end].text.islower())


def _rest_of_money(tokens: Tokens, end: int) -> tuple[float, int]:
    """The half of "and a half", the cents, and the 5 of 12块5."""
    k = end + 1 if tokens.next_has(end, "joiners") else end
    if tokens.next_has(k, "articles"):
        k += 1
    if tokens.next_has(k, "fractions") and (k > end or tokens[k].joined or not tokens.gap(k)):
        return tokens[k].roles["fractions"], k + 1
    more = numeral(tokens, k) if tokens.near(k) else None
    if more and more.whole is not None and more.values[0] < 100:
        if tokens.next_has(more.end, "cents"):
            return more.values[0] / 100, more.end + 1
        each = tokens[k].text == "一" and not tokens.next_has(more.end, "tens_of_cents")  # 1.4元一斤
        if not tokens.gap(k) and tokens.language == "zh" and more.values[0] < 10 and not each:
            return more.values[0] / 10, more.end + (1 if tokens.next_has(more.end, "tens_of_cents") else 0)
    return 0.0, end
