"""Times of day: 20:30, 8 pm, half past eight, las siete y media, 晚上七点半, половина седьмого."""

from __future__ import annotations

from typing import Final

from serve_app.policy.amounts.claims import Claim, Time
from serve_app.policy.amounts.numerals import numeral
from serve_app.policy.amounts.tokens import Tokens

_NOON: Final = 12 * 60
_HALF_DAYS: Final = ("clock_am", "clock_pm", "clock_night")


def time_of_day(tokens: Tokens, at: int) -> tuple[Claim, int] | None:
    """Read the time that begins at this token, and the token after it."""
    roles = tokens[at].roles
    for name, minute in (("noon", _NOON), ("midnight", 0)):
        if name in roles:
            return _claim(tokens, at, at + 1, minute, "sure")
    k = at
    half_day = next((name for name in _HALF_DAYS if name in roles), "")
    if half_day:
        k += 1
        if not tokens.near(k):
            return None
    strong = False
    if tokens.has(k, "clock_before"):
        strong = True
        k += 1
        if not tokens.near(k):
            return None
    for found in (_spoken_backwards(tokens, k), _hour(tokens, k, strong)):
        if not found:
            continue
        minute, end, sure = found
        if not half_day:
            half_day = next((name for name in _HALF_DAYS if tokens.next_has(end, name)), "")
            end += bool(half_day)
        told = strong and minute % 60  # "at 12" may go on with schools, "a las siete y media" may not
        if not (sure or told or half_day) or (not half_day and tokens[k].text == "一"):  # 一点: a little
            return None
        return _claim(tokens, at, end, minute, half_day or ("sure" if sure == "sure" else ""))
    return None


def _claim(tokens: Tokens, at: int, end: int, minute: int, half_day: str) -> tuple[Claim, int]:
    sure = bool(half_day) or minute >= 13 * 60
    if half_day in ("clock_pm", "clock_night") and minute < _NOON:
        night = half_day == "clock_night" and minute < 5 * 60
        minute += 0 if night else _NOON
    elif half_day in ("clock_am", "clock_night") and _NOON <= minute < 13 * 60:
        minute -= _NOON
    return Claim("date", (Time(minute % 1440, sure),), tokens[at].start, tokens[end - 1].end), end


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


def _hour(tokens: Tokens, at: int, strong: bool) -> tuple[int, int, str] | None:
    token = tokens[at]
    if "time" in token.roles:
        hour, minute = (int(part) for part in token.text.lower().replace("h", ":").split(":")[:2])
        if hour > 24 or minute > 59:
            return None
        end = at + 1
        while tokens.next_has(end, "clock") or (tokens.next_has(end, "units") and tokens[end].roles["units"] == "hour"):
            end += 1
        return hour * 60 + minute, end, "sure" if token.text[0] == "0" or hour == 0 else "clock"
    number = numeral(tokens, at)
    if not number or not 0 <= number.values[0] <= 24:
        return None
    end, marked = number.end, ""
    minutes = number.values[0] * 60
    if tokens.next_has(end, "clock") and not (tokens.language == "ja" and tokens.next_has(end + 1, "after")):
        end, marked = end + 1, "clock"
    extra, end = _minutes(tokens, end, bool(marked or strong))
    if minutes % 15:
        return None
    return round(minutes + extra), end, marked


def _minutes(tokens: Tokens, end: int, known: bool) -> tuple[float, int]:
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
        if sign < 0:
            return sign * number.whole, number.end
    return 0.0, end
