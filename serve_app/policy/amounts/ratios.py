"""Shares: 25%, two thirds of, 8 in 10, 三成, 八折."""

from __future__ import annotations

from typing import Final

from serve_app.policy.amounts.beside import Beside, after_bound, before, off_after
from serve_app.policy.amounts.claims import Bound, Claim, Ratio
from serve_app.policy.amounts.numerals import Numeral, numeral
from serve_app.policy.amounts.tokens import Tokens

_DENOMINATORS: Final = frozenset((2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 20, 50, 100, 1000))


def percent_first(tokens: Tokens, at: int) -> tuple[Claim, int] | None:
    """百分之九十, 三分之二."""
    if tokens.has(at, "percent_before"):
        number = numeral(tokens, at + 1) if tokens.near(at + 1) else None
        return _ratio(tokens, at, number.values[0], number.end) if number else None
    below = numeral(tokens, at)
    if below and tokens.next_has(below.end, "fraction_mark") and tokens.near(below.end + 1):
        above = numeral(tokens, below.end + 1)
        if above and below.values[0]:
            return _ratio(tokens, at, 100 * above.values[0] / below.values[0], above.end, exact=False)
    return None


def fraction(tokens: Tokens, at: int) -> tuple[Claim, int] | None:
    """A third of, two thirds, half of; not "half" alone, which is often no number."""
    k, count, counted = at, 1.0, False
    if tokens.has(k, "articles") or tokens.has(k, "numbers"):
        count, counted = tokens[k].roles.get("numbers", 1.0), "numbers" in tokens[k].roles
        k += 1
    elif tokens[k].roles.get("digits"):
        count, counted = tokens[k].roles["digits"][0], True
        k += 1
    if not tokens.has(k, "fractions") or (k > at and not tokens.near(k)):
        return None
    share, end = tokens[k].roles["fractions"], k + 1
    if count != int(count) or count * share >= 1 or _is_part_of_unit(tokens, end):
        return None
    has_of = tokens.next_has(end, "fraction_of")
    if tokens.needs_of:
        claimed = has_of or (counted and count > 1)
    else:  # خمس is five, عشر ten, 半 often no number
        claimed = ("numbers" not in tokens[k].roles or counted) and tokens[k].text != "半"
    if not claimed:
        return None
    return _ratio(tokens, at, 100 * count * share, end + has_of, exact=share == 0.5)


def _is_part_of_unit(tokens: Tokens, end: int) -> bool:
    """Whether half a million, half an hour or the fifth of June is meant."""
    if any(tokens.next_has(end, role) for role in ("scales", "units", "counters")):
        return True
    if not tokens.next_has(end, "of"):
        return False
    end += 2 if tokens.next_has(end + 1, "articles") else 1
    return any(tokens.has(end, role) for role in ("months", "units", "scales"))


def in_every(tokens: Tokens, at: int) -> tuple[Claim, int] | None:
    """8 in 10, one out of five."""
    first = numeral(tokens, at)
    if not first or not tokens.next_has(first.end, "ratio") or not tokens.near(first.end + 1):
        return None
    second = numeral(tokens, first.end + 1)
    if not second or tokens.next_has(second.end, "units"):  # three in 12 years
        return None
    if second.ordinal or not 0 < first.values[0] < second.values[0] or second.whole not in _DENOMINATORS:
        return None
    return _ratio(tokens, at, 100 * first.values[0] / second.values[0], second.end, exact=False)


def _ratio(tokens: Tokens, at: int, percent: float, end: int, *, exact: bool = True) -> tuple[Claim, int]:
    beside = before(tokens, at)
    after, end = after_bound(tokens, end)
    off, end = off_after(tokens, end)
    off = off or beside.save
    ratio = Ratio(percent, beside.bound or after, off, exact)
    subject = "price" if off else "number"
    return Claim(subject, (ratio,), beside.start, tokens[end - 1].end, counted=True), end  # type: ignore[arg-type]


def percent(tokens: Tokens, number: Numeral, end: int, beside: Beside, bound: Bound) -> tuple[Claim, int] | None:
    if not tokens.next_has(end, "percent"):
        return None
    after, end = after_bound(tokens, end + 1)
    off, end = off_after(tokens, end)
    ratios = tuple(Ratio(value, bound or after, off or beside.save) for value in number.values)
    subject = "price" if off or beside.save else "number"
    return Claim(subject, ratios, beside.start, tokens[end - 1].end, counted=True), end  # type: ignore[arg-type]


def tenths(tokens: Tokens, number: Numeral, end: int, beside: Beside, bound: Bound) -> tuple[Claim, int] | None:
    """三成, 3割5分, and 八折, of which a tenth is paid."""
    value = number.values[0]
    if tokens.next_has(end, "pay_tenths"):
        paid = value * 10 if value < 10 else value
        claim = Claim("price", (Ratio(100 - paid, bound, off=True),), beside.start, tokens[end].end, counted=True)
        return claim, end + 1
    if not (tokens.next_has(end, "tenths") or tokens.next_has(end, "tenths_off")):
        return None
    discount = "tenths_off" in tokens[end].roles
    end += 1
    percent = value * 10
    more = numeral(tokens, end) if tokens.near(end) else None
    if more and tokens.next_has(more.end, "hundredths"):
        percent, end = percent + more.values[0], more.end + 1
    elif tokens.next_has(end, "fractions"):
        percent, end = percent + 5, end + 1
    after, end = after_bound(tokens, end)
    off, end = off_after(tokens, end)
    ratio = Ratio(percent, bound or after, off or beside.save or discount)
    subject = "price" if ratio.off else "number"
    return Claim(subject, (ratio,), beside.start, tokens[end - 1].end, counted=True), end  # type: ignore[arg-type]
