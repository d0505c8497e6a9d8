"""A number of hours, years or kilometres."""

from __future__ import annotations

from typing import Final

from serve_app.policy.amounts.beside import Beside, after_bound, half_after
from serve_app.policy.amounts.claims import UNITS, Bound, Claim, Day, Number, Reading, Time
from serve_app.policy.amounts.numerals import Numeral, numeral
from serve_app.policy.amounts.tokens import Tokens

MARGIN: Final = 0.025  # of "two million"


def margin_of(tokens: Tokens, number: Numeral) -> float:
    """Return the relative error that rounding to the written figures makes: 1.2M is 1,234,567."""
    if not number.scaled or not number.digits:
        return MARGIN if number.scaled and number.values[0] >= 10_000 else 0.0
    figures = tokens[number.end - number.words].text.strip("0").replace(".", "").replace(",", "")
    if len(figures) < 2 or not figures.isdecimal():
        return MARGIN
    return min(0.045, 0.5 * 10.0 ** (1 - len(figures)) / int(figures[0]))


def measure(tokens: Tokens, number: Numeral, end: int, beside: Beside, bound: Bound) -> tuple[Claim, int] | None:
    """A number of hours, years, kilometres; with a half, or with minutes after the hours."""
    if not tokens.next_has(end, "units"):
        return None
    unit, begin, margin = tokens[end].roles["units"], end, margin_of(tokens, number)
    ambiguous = tokens[end].text in ("m", "M")
    values, end = number.values, end + 1
    half, end = half_after(tokens, end)
    if half:  # "25 minutes and half a loaf"
        values = tuple(value + part for part in (half, 0.0) for value in values)
    smaller = numeral(tokens, end) if tokens.near(end) else None
    if smaller and tokens.next_has(smaller.end, "units"):
        (kind, base), (its_kind, its_base) = UNITS[unit], UNITS[tokens[smaller.end].roles["units"]]
        if kind == its_kind and its_base < base and base > 1:
            values = tuple(value + smaller.values[0] * its_base / base for value in values)
            end = smaller.end + 1
    after, end = after_bound(tokens, end)
    readings: list[Reading] = [Number(value, bound or after, unit, margin) for value in values]
    if ambiguous:
        readings = [Number(v * f, bound or after, "", MARGIN if f > 1 else 0.0) for v in values for f in (1.0, 1e6)]
    whole = number.whole
    if unit == "hour" and number.digits and tokens[begin].text in ("h", "H") and whole is not None and whole <= 24:
        readings.append(Time(whole % 24 * 60, whole > 12))
    if unit == "day" and whole is not None and 1 <= whole <= 31 and "day_mark" in tokens[begin].roles:
        readings.append(Day(day=whole))
    if number.ordinal:
        readings += [Number(value) for value in values]
    sure = values[0] != 1 or number.digits
    if number.whole == 1 and not number.digits:
        return Claim("number", (), beside.start, tokens[end - 1].end, sure=False), end
    return Claim("number", tuple(readings), beside.start, tokens[end - 1].end, sure, counted=True), end
