"""Times of day: 20:30, 8 pm, half past eight, las siete y media, 晚上七点半, половина седьмого."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from serve_app.policy.amounts.claims import Claim, Number, Time
from serve_app.policy.amounts.moments import LINKS
from serve_app.policy.amounts.numerals import Numeral, numeral
from serve_app.policy.amounts.tokens import Token, Tokens
from serve_app.policy.text import SPACELESS

_NOON: Final = 12 * 60
_DOTTED: Final = re.compile(r"([01]?\d|2[0-4])\.([0-5]\d)")
_LONGEST_MARK: Final = 3  # letters of "am", "p.m"
_COUNTED: Final = ("units", "counters", "percent", "currencies", "times", "tenths", "pay_tenths", "ratio", "clock")
_LEAST_MINUTES: Final = 10  # fewer are written with a zero before them
_HALF_DAYS: Final = ("clock_am", "clock_pm", "clock_night")


def time_of_day(tokens: Tokens, at: int) -> tuple[Claim, int] | None:
    """Read the time that begins at this token, and the token after it."""
    roles = tokens[at].roles
    for name, minute in (("noon", _NOON), ("midnight", 0)):
        if name in roles:
            return _claim(tokens, at, at + 1, minute, "sure", ""), at + 1
    half_day = _half_day(tokens, at) if _may_lead(tokens, at) else ""
    k = at + bool(half_day)
    strong = tokens.has(k, "clock_before")
    side = _side(tokens[k]) if strong else ""
    k += strong
    if not all(tokens.near(n) for n in range(at + 1, k + 1)):
        return None
    for found in (_spoken_backwards(tokens, k), _hour(tokens, k, strong, bool(half_day))):
        if found:
            return _with_rest(tokens, (at, k), found, _Before(half_day, strong, side))
    return None


class _Before(NamedTuple):
    """What the words before an hour say. strong: whether they go before hours only."""

    half_day: str
    strong: bool
    side: str


def _with_rest(
    tokens: Tokens, span: tuple[int, int], found: tuple[int, int, str], before: _Before
) -> tuple[Claim, int] | None:
    """Add what stands after an hour, and leave what is none: "who is in room 2 tonight?", "at 12 schools".

    span: the tokens of the claim and of its hour.
    """
    (at, k), (minute, end, mark), half_day = span, found, before.half_day
    strong = before.strong or _is_from(tokens, k)
    if not half_day and tokens.near(end):
        half_day = _half_day(tokens, end)
        if half_day and "clock_loose" in tokens[end].roles and not (strong or mark):
            return None
        end += bool(half_day)
    side = before.side or (_side(tokens[end]) if tokens.near(end) else "")
    told = before.strong and minute % 60  # "at 12" may go on with schools, "a las siete y media" may not
    little = not half_day and tokens[k].text == "一"  # 一点: a little
    lasts = mark == "hours" and not (strong or half_day)  # más de 4 horas
    if not (mark or told or half_day) or little or lasts:
        return None
    claim = _claim(tokens, at, end, minute, half_day or ("sure" if mark == "sure" else ""), side)
    others = [Number(float(tokens[k].text))] if _DOTTED.fullmatch(tokens[k].text) else []
    others += [Number(float(minute), "", "minute")] if mark in ("hours", "lasting") else []
    return claim._replace(readings=(*claim.readings, *others)), end


def _half_day(tokens: Tokens, at: int) -> str:
    roles = tokens[at].roles
    return "" if "skip" in roles else next((name for name in _HALF_DAYS if name in roles), "")


def _side(word: Token) -> str:
    """Return "before" or "after" as a word beside an hour says."""
    return next((name for name in ("before", "after") if f"clock_{name}_hour" in word.roles), "")


def _may_lead(tokens: Tokens, at: int) -> bool:
    """Whether a half of the day stands before its hour, as 午後 does and "am" does not."""
    return tokens.language in SPACELESS or not tokens[at].text[:1].isascii() or len(tokens[at].text) > _LONGEST_MARK


def _is_from(tokens: Tokens, at: int) -> bool:
    return tokens.near(at) and tokens.has(at - 1, "clock_from")


def with_half_day(claim: Claim, later: Claim, between: str) -> Claim | None:
    """Return the 6 of "6 to 10 am" as a time, too; None where it is none. between: the text from one to the other."""
    end = next((r for r in later.readings if isinstance(r, Time)), None)
    value = next((r.value for r in claim.readings if isinstance(r, Number) and not r.unit), None)
    if end is None or claim.subject != "number" or value is None or not LINKS.fullmatch(between):
        return None
    hour, hundredths = divmod(round(100 * value), 100)
    if not 0 < hour <= 24 or hundredths >= 60:
        return None
    return claim._replace(readings=(*claim.readings, Time((hour * 60 + hundredths) % 1440, sure=False)))


def _claim(tokens: Tokens, at: int, end: int, minute: int, half_day: str, side: str) -> Claim:
    sure = bool(half_day) or minute >= 13 * 60
    if half_day in ("clock_pm", "clock_night") and minute < _NOON:
        night = half_day == "clock_night" and minute < 5 * 60
        minute += 0 if night else _NOON
    elif half_day in ("clock_am", "clock_night") and _NOON <= minute < 13 * 60:
        minute -= _NOON
    time = Time(minute % 1440, sure, side)  # type: ignore[arg-type]
    return Claim("date", (time,), tokens[at].start, tokens[end - 1].end)


def _spoken_backwards(tokens: Tokens, at: int) -> tuple[int, int, str] | None:
    """Half past eight, quarter to nine, половина седьмого, без четверти восемь."""
    k = at + 1 if tokens.has(at, "articles") and tokens.near(at + 1) else at
    roles = tokens[k].roles
    share = roles.get("fractions")
    if share and (tokens.next_has(k + 1, "clock_past") or tokens.next_has(k + 1, "clock_to")):
        hour = numeral(tokens, k + 2)
        if hour and hour.whole is not None and hour.whole <= 12:
            sign = 1 if "clock_past" in tokens[k + 1].roles else -1
            return hour.whole * 60 + sign * round(60 * share), hour.end, "clock"
    if share and ("half_before" in roles or share == 0.25) and tokens.next_has(k + 1, "ordinals"):
        return int(tokens[k + 1].roles["ordinals"] - 1) * 60 + round(60 * share), k + 2, "clock"
    if "less_before" in roles:
        less = tokens[k + 1].roles.get("fractions")
        minutes = numeral(tokens, k + 1)
        end = k + 2 if less else minutes.end if minutes else k
        minute = 60 * less if less else minutes.values[0] if minutes else 0
        hour = numeral(tokens, end) if minute and tokens.near(end) else None
        if hour and hour.whole is not None and hour.whole <= 12:
            return hour.whole * 60 - round(minute), hour.end, "clock"
    return None


def _hour(tokens: Tokens, at: int, strong: bool, half_day: bool) -> tuple[int, int, str] | None:
    token = tokens[at]
    if "time" in token.roles:
        hour, minute = (int(part) for part in token.text.lower().replace("h", ":").split(":")[:2])
        if hour > 24 or minute > 59:
            return None
        end, lasting = at + 1, tokens.next_has(at + 1, "units")  # 2:47 h
        while tokens.next_has(end, "clock") or (tokens.next_has(end, "units") and tokens[end].roles["units"] == "hour"):
            end += 1
        return (
            hour * 60 + minute,
            end,
            "lasting" if lasting else "sure" if token.text[0] == "0" or not hour else "clock",
        )
    number = numeral(tokens, at)
    if not number or not 0 <= number.values[0] <= 24:
        return None
    end, marked = number.end, ""
    minutes = number.values[0] * 60
    if tokens.next_has(end, "clock") and not (tokens.language == "ja" and tokens.next_has(end + 1, "after")):
        hours = tokens[end].roles.get("units") == "hour"
        end, marked = end + 1, "hours" if hours else "clock"
    dotted = _DOTTED.fullmatch(token.text)
    if dotted and (marked or _half_day(tokens, end)):  # 9.20 am, 10.30 Uhr
        return int(dotted[1]) * 60 + int(dotted[2]), end, marked
    if minutes % (60 if "digits" in token.roles and not token.text.isdecimal() else 15):
        return None
    extra, end = _minutes(tokens, end, bool(marked or strong), half_day)
    return round(minutes + extra), end, marked


def _minutes(tokens: Tokens, end: int, known: bool, half_day: bool) -> tuple[float, int]:
    """The minutes after an hour: y media, menos cuarto, 半, 一刻, 30分."""
    for marks, minutes in (("clock_half", 30.0), ("clock_quarter", 45.0)):
        if known and tokens.next_has(end, marks):
            return (15.0 if tokens[end].text[0] == "一" else minutes), end + 1
    sign, k = 1.0, end
    if tokens.next_has(end, "joiners"):
        k = end + 1
    elif known and tokens.next_has(end, "clock_minus"):
        sign, k = -1.0, end + 1
    if tokens.next_has(k, "articles"):
        k += 1
    if tokens.next_has(k, "fractions") and (k > end or tokens[k].joined):
        return sign * 60 * tokens[k].roles["fractions"], k + 1
    number = numeral(tokens, k) if known and tokens.near(k) else None
    if number and number.whole is not None and 0 < number.whole < 60:
        if tokens.next_has(number.end, "units") and tokens[number.end].roles["units"] == "minute":
            return sign * number.whole, number.end + 1
        if sign < 0 or (half_day and _are_bare_minutes(tokens, k, number)):
            return sign * number.whole, number.end
    return 0.0, end


def _are_bare_minutes(tokens: Tokens, at: int, number: Numeral) -> bool:
    """Whether a number right behind an hour counts nothing: 晚上十点四十."""
    counts = any(tokens.next_has(number.end, role) for role in _COUNTED)
    return tokens.language in SPACELESS and not tokens.gap(at) and not counts and (number.whole or 0) >= _LEAST_MINUTES
