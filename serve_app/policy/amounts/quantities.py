"""A number with all that belongs to it, and words that are a quantity by themselves."""

from __future__ import annotations

from typing import Final

from serve_app.policy.amounts.beside import Beside, after_bound, before, half_after
from serve_app.policy.amounts.claims import (
    Bound,
    Claim,
    Day,
    Decade,
    Free,
    Number,
    Ratio,
    Reading,
    Subject,
    Time,
    Weekday,
)
from serve_app.policy.amounts.measures import margin_of, measure
from serve_app.policy.amounts.money import deal, money_of
from serve_app.policy.amounts.numerals import Numeral, numeral
from serve_app.policy.amounts.ratios import fraction, in_every, percent, percent_first, tenths
from serve_app.policy.amounts.tokens import Tokens
from serve_app.policy.text import SPACELESS

_LEAST_PRICE: Final = 20  # in words, without a currency
_NEIGHBOURS: Final = frozenset(float(10 * n + n + 1) for n in range(1, 9))


def quantity(tokens: Tokens, at: int) -> tuple[Claim, int] | None:
    """Read the quantity that begins at this token, and the token after it. None where there is none."""
    for read in (percent_first, fraction, in_every, deal, _plain):
        found = read(tokens, at)
        if found:
            return found
    return None


def _plain(tokens: Tokens, at: int) -> tuple[Claim, int] | None:
    number = numeral(tokens, at)
    if not number:
        return None
    beside = before(tokens, at)
    end = number.end
    if tokens.next_has(end, "ordinal_marks") and number.digits and not tokens.gap(end):
        number = number._replace(ordinal=True)
        end += 1
    after, end = after_bound(tokens, end)
    bound: Bound = beside.bound or after
    linked = end + 1 if tokens.next_has(end, "of") and (number.scaled or number.words > 1) else end
    for read in (percent, tenths, money_of, measure):
        found = read(tokens, number, linked, beside, bound)
        if found:
            return found
    return _bare(tokens, at, number, end, beside, bound)


def _bare(tokens: Tokens, at: int, number: Numeral, end: int, beside: Beside, bound: Bound) -> tuple[Claim, int] | None:
    counted, margin = tokens.next_has(end, "counters"), margin_of(tokens, number)
    if counted and not bound:
        bound, _ = after_bound(tokens, end + 1)
    ordered = at > 0 and tokens.has(at - 1, "ordinal_before") and tokens.near(at)
    if tokens.language in SPACELESS and not number.digits and not (counted or ordered or number.words > 1 or bound):
        return None
    last = tokens[end].end if counted else tokens[end - 1].end
    spoken_row = not number.digits and number.words == 2 and number.values[0] in _NEIGHBOURS and not number.scaled
    if spoken_row and tokens.language in SPACELESS and tokens[at].roles.get("scales") is None:
        return Claim("number", (), beside.start, last, sure=False), end  # 三四个: three or four
    start = tokens[at - 1].start if ordered else beside.start
    readings: list[Reading] = [Number(value, bound, "", margin) for value in number.values]
    whole = number.whole
    if (
        whole is not None
        and 0 < whole <= 24
        and (tokens.has(at - 1, "clock_from") or tokens.has(at - 1, "clock_before"))
    ):
        readings.append(Time(whole % 24 * 60, whole > 12))
    if not number.digits and 0 < number.values[0] < 13 and number.values[0] % 1 in (0.25, 0.5):
        readings.append(Time(round(number.values[0] * 60), sure=False))
    if whole is not None and 1 <= whole <= 31 and (number.ordinal or tokens.next_has(end, "day_mark")):
        readings.append(Day(day=whole))
    if whole is not None and whole % 10 == 0 and whole < 100 and tokens.has(at - 1, "decade_before"):
        readings.append(Decade(whole))
    few = not number.digits and number.values[0] < _LEAST_PRICE
    single = tokens[at].roles
    if "short_weekdays" in single and number.words == 1:
        readings.append(Weekday(single["short_weekdays"]))
    sure = not ("soft" in single and number.words == 1)
    pair = few and not counted and tokens[at - 1].text == "for" and _priced(tokens, at, end)  # a table for two
    if pair or (number.whole in (0, 1) and not number.digits):
        readings = []
    subject: Subject = "price" if not counted and not few and _priced(tokens, at, end) else "number"
    return Claim(subject, tuple(readings), start, last, sure, counted=counted), end + counted


def _priced(tokens: Tokens, at: int, end: int) -> bool:
    """Whether the sentence sells for this number, of which it does not say what it counts: सिर्फ़ सात सौ में."""
    closing = end + 1 if tokens.next_has(end, "price_after") else end
    closed = not any(char.isalnum() for char in tokens.rest(closing))
    opened = tokens.near(at) and tokens.has(at - 1, "price_before")
    return closed and (closing > end or opened)


def whole_amount(tokens: Tokens, at: int) -> tuple[Claim, int] | None:
    """A word that is a quantity or a price by itself: 半年, полчаса, "thousands of", half price, free."""
    token, roles = tokens[at], tokens[at].roles
    if "amounts" in roles:
        value, unit = roles["amounts"]
        return Claim("number", (Number(value, before(tokens, at).bound, unit),), token.start, token.end), at + 1
    if "vague" in roles:
        claim = Claim("number", (Number(roles["vague"], rough=True),), token.start, token.end)
        return claim, at + 1
    for role, priced in (("half_price", Ratio(50.0, off=True)), ("free", Free())):
        if role in roles:
            return Claim("price", (priced,), token.start, token.end), at + 1
    return _share_of_unit(tokens, at)


def _share_of_unit(tokens: Tokens, at: int) -> tuple[Claim, int] | None:
    """An hour and a half, half an hour; and a Roman numeral."""
    token, roles = tokens[at], tokens[at].roles
    if "units" in roles:
        half, end = half_after(tokens, at + 1)
        if half:
            return Claim("number", (Number(1 + half, "", roles["units"]),), token.start, tokens[end - 1].end), end
    if "fractions" in roles and "numbers" not in roles:
        k = at + 2 if tokens.next_has(at + 1, "of") else at + 1
        if tokens.next_has(k, "articles"):
            k += 1
        if tokens.next_has(k, "units") and not ("ordinals" in roles and k == at + 1):  # his third week
            share = Number(roles["fractions"], "", tokens[k].roles["units"])
            return Claim("number", (share,), token.start, tokens[k].end), k + 1
    if "roman" in roles:
        return Claim("number", (Number(roles["roman"]),), token.start, token.end), at + 1
    return None
