"""Days, months, years, weekdays and other moments of a text, except times of day."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from serve_app.policy.amounts.claims import Claim, Day, Decade, Named, Number, Ratio, Reading, Weekday
from serve_app.policy.amounts.numerals import Numeral, numeral
from serve_app.policy.amounts.tokens import Tokens

WEEKEND: Final = 8
_NEAR: Final = frozenset((" ", ", ", " de ", " del ", ".", ". ", " - ", "-", "", "/"))
LINKS: Final = re.compile(
    r"\s?(?:[-\u2013—〜~,、至到和]|to|and|through|al?|y|e|o|und|bis|et|au|по|и|से|और|إلى|و|até|から)?\s?"
)
_NAME: Final = re.compile("[A-Za-z]")  # of M50, a road
_LONGEST_LINK: Final = 8


def moment(tokens: Tokens, at: int) -> tuple[Claim, int] | None:
    """Read the moment that begins at this token, and the token after it."""
    roles = tokens[at].roles
    if "date" in roles:
        return _written(tokens, at, roles["date"])
    for read in (_named, _era, _east_asian, _day_month, _month_day, _decade, _year):
        found = read(tokens, at)
        if found:
            return found
    return None


def _claim(tokens: Tokens, at: int, end: int, *readings: Reading, sure: bool = True) -> tuple[Claim, int]:
    return Claim("date", readings, tokens[at].start, tokens[end - 1].end, sure), end


def _written(tokens: Tokens, at: int, text: str) -> tuple[Claim, int]:
    """2025-06-06, 05.06.2025, 6/6: day and month in both orders where either may come first."""
    parts = [int(part) for part in re.split(r"[-/.]", text.rstrip("."))]
    readings: list[Reading] = []
    orders: list[tuple[int | None, int, int]]
    if len(parts) == 2:
        orders = [(None, parts[0], parts[1]), (None, parts[1], parts[0])]
        readings += [Ratio(100.0 * parts[0] / parts[1], exact=False)] if 0 < parts[0] < parts[1] else []
        readings += [Number(float(text.rstrip(".")))] if "." in text else []
    elif parts[0] > 31:
        orders = [(parts[0], parts[1], parts[2])]
    else:
        orders = [(parts[2], parts[1], parts[0]), (parts[2], parts[0], parts[1])]
    days = [Day(*one) for one in orders if _is_day(*one)]
    return _claim(tokens, at, at + 1, *days, *readings)


def _is_day(year: int | None, month: int, day: int) -> bool:
    try:
        date(year or 2024, month, day)
    except ValueError:
        return False
    return True


def _named(tokens: Tokens, at: int) -> tuple[Claim, int] | None:
    roles = tokens[at].roles
    if "weekdays" in roles:
        return _weekday(tokens, at, roles["weekdays"])
    if "weekend" in roles:
        return _claim(tokens, at, at + 1, Weekday(WEEKEND))
    if "decades" in roles and not tokens.next_has(at + 1, "months"):
        return _claim(tokens, at, at + 1, Decade(roles["decades"]), Number(float(roles["decades"])))
    for role, name in (("season_words", "seasons"), ("seasons", "seasons"), ("relative", "relative")):
        if role in roles:
            claim, end = _claim(tokens, at, at + 1, Named(f"{name}:{roles[role]}"), sure="review_relative" not in roles)
            return claim._replace(weak=role == "season_words"), end
    return None


def _weekday(tokens: Tokens, at: int, number: int) -> tuple[Claim, int] | None:
    """Monday, Sat 11am; "Sun" alone is a weak one, and "sun" is none."""
    claim, end = _claim(tokens, at, at + 1, Weekday(number))
    if not tokens.has(at, "weak_weekdays"):
        return claim, end
    if not (tokens[at].text[:1].isupper() or tokens.text[claim.end : claim.end + 1] == "."):
        return None
    return claim._replace(weak=not tokens.next_has(at + 1, "digits")), end


def _era(tokens: Tokens, at: int) -> tuple[Claim, int] | None:
    """令和元年, 民國七十五年."""
    if not tokens.has(at, "era"):
        return None
    number = numeral(tokens, at + 1) if tokens.near(at + 1) else None
    if number and number.whole is not None:
        count, end = number.whole, number.end
    elif tokens.next_has(at + 1, "first_year"):
        count, end = 1, at + 2
    else:
        return None
    if not tokens.next_has(end, "year_mark"):
        return None
    return _east_asian_rest(tokens, at, end + 1, tokens[at].roles["era"] + count)


def _east_asian(tokens: Tokens, at: int) -> tuple[Claim, int] | None:
    """2025年6月6日, 六月六日, 6月下旬."""
    number = numeral(tokens, at)
    if not number or number.whole is None:
        return None
    if tokens.next_has(number.end, "year_mark") and not tokens.next_has(number.end, "decade_words"):
        year = number.whole
        if 1000 <= year <= 2100:
            return _east_asian_rest(tokens, at, number.end + 1, year)
        return None
    if tokens.next_has(number.end, "month_mark") and 1 <= number.whole <= 12:
        return _east_asian_rest(tokens, at, at, None)
    return None


def _east_asian_rest(tokens: Tokens, at: int, end: int, year: int | None) -> tuple[Claim, int]:
    month = numeral(tokens, end) if end == at or tokens.near(end) else None
    if not month or month.whole is None or month.whole > 12 or not tokens.next_has(month.end, "month_mark"):
        return _claim(tokens, at, end, Day(year))
    end = month.end + 1
    if tokens.next_has(end, "month_parts"):
        first, last = tokens[end].roles["month_parts"]
        return _claim(tokens, at, end + 1, Day(year, month.whole, first, last))
    day = numeral(tokens, end) if tokens.near(end) else None
    if day and day.whole is not None and 1 <= day.whole <= 31 and tokens.next_has(day.end, "day_mark"):
        return _claim(tokens, at, day.end + 1, Day(year, month.whole, day.whole))
    return _claim(tokens, at, end, Day(year, month.whole))


def _day_number(number: Numeral | None) -> bool:
    return number is not None and number.whole is not None and 1 <= number.whole <= 31


def _day_month(tokens: Tokens, at: int) -> tuple[Claim, int] | None:
    """6 June, the sixth of June, 6 de junio de 2025."""
    number = numeral(tokens, at)
    if not number or not _day_number(number):
        return None
    end = number.end
    if tokens.language == "en" and not number.digits and not number.ordinal and not tokens.next_has(end, "of"):
        return None  # "the new one may", "on two March Sundays"
    for role in ("ordinal_marks", "of", "articles"):
        if tokens.next_has(end, role) and (role != "ordinal_marks" or not tokens.gap(end).strip("- ")):
            end += 1
    month = tokens[end].roles.get("months")
    if month is None or not (tokens.near(end) or tokens.gap(end) == ". "):
        return None
    year, end = _year_after(tokens, end + 1)
    return _claim(tokens, at, end, Day(year, month, number.whole))


def _month_day(tokens: Tokens, at: int) -> tuple[Claim, int] | None:
    """June 6, June 2025, June."""
    roles = tokens[at].roles
    month = roles.get("months")
    if month is None:
        return None
    number = numeral(tokens, at + 1) if tokens.has(at + 1, "digits") or tokens.has(at + 1, "ordinals") else None
    beside = number and tokens.gap(at + 1) in (" ", ". ", "-")
    if number and beside and _day_number(number) and not tokens.next_has(number.end, "percent"):
        end = number.end + (1 if tokens.next_has(number.end, "ordinal_marks") else 0)
        year, end = _year_after(tokens, end)
        return _claim(tokens, at, end, Day(year, month, number.whole))
    year, end = _year_after(tokens, at + 1)
    claim, end = _claim(tokens, at, end, Day(year, month))
    if "months_by_number" in roles and year is None and not _is_month(tokens, at):
        if tokens[at].text.islower():
            return None
        claim = claim._replace(weak=True)
    return claim, end


def _is_month(tokens: Tokens, at: int) -> bool:
    """Whether the word after "in", "by", "of", "since" is a month rather than a verb or a name."""
    before = tokens.near(at) and (tokens.has(at - 1, "year_before") or tokens.has(at - 1, "of"))
    return (before and tokens[at].text[:1].isupper() and len(tokens[at].text) > 3) or (
        before and not tokens[at].text.isascii()
    )


def _year_after(tokens: Tokens, end: int) -> tuple[int | None, int]:
    k = end + 1 if tokens.next_has(end, "of") else end
    if tokens[k].roles.get("years") and tokens.gap(k) in _NEAR:
        k_end = k + 2 if tokens.next_has(k + 1, "year_mark") else k + 1
        return int(tokens[k].roles["digits"][0]), k_end
    return None, end


def _year(tokens: Tokens, at: int) -> tuple[Claim, int] | None:
    """Since 1987, 1987 год; four figures alone are a number."""
    number = numeral(tokens, at)
    if not number or number.whole is None or not 1000 <= number.whole <= 2100 or (number.scaled and number.digits):
        return None
    end = number.end
    if tokens.next_has(end, "ordinal_marks") and not tokens.gap(end).strip("-"):
        end += 1
    if tokens.next_has(end, "year_mark"):
        return _claim(tokens, at, end + 1, Day(number.whole))
    after = any(tokens.next_has(end, role) for role in ("units", "currencies", "percent"))
    before = tokens.near(at) and (tokens.has(at - 1, "year_before") or tokens.has(at - 1, "months"))
    if not tokens[at].roles.get("years") or after or not before:
        return None
    return _claim(tokens, at, end, Day(number.whole), Number(float(number.whole)))


def _decade(tokens: Tokens, at: int) -> tuple[Claim, int] | None:
    """The 90s, the 1980s, 90年代."""
    number = numeral(tokens, at)
    if not number or number.whole is None or number.whole % 10 or not 0 <= number.whole <= 2100:
        return None
    if 100 <= number.whole < 1000 or (tokens[at].start and _NAME.match(tokens.text[tokens[at].start - 1])):
        return None
    end = number.end
    marked = tokens.next_has(end, "decade_marks") and not tokens.gap(end).strip("-")
    if (marked and number.digits) or tokens.next_has(end, "decade_words"):
        return _claim(tokens, at, end + 1, Decade(number.whole))
    return None


def with_month(claim: Claim, later: Claim, between: str) -> Claim | None:
    """Return the 3 of "3 to 9 July" as a day of July; None where the number is no such day.

    between: the text from one to the other.
    """
    day = next((r for r in later.readings if isinstance(r, Day) and r.day and r.month), None)
    if day is None or len(between) > _LONGEST_LINK or not LINKS.fullmatch(between):
        return None
    value = next((r.value for r in claim.readings if isinstance(r, Number)), None)
    if claim.subject == "date" and any(isinstance(r, Day) and r.month is None for r in claim.readings):
        value = next((float(r.day) for r in claim.readings if isinstance(r, Day) and r.day), None)
    if value is None or value != int(value) or not 1 <= value <= 31 or (claim.subject == "number" and claim.counted):
        return None
    return claim._replace(subject="date", readings=(Day(day.year, day.month, int(value)), *claim.readings))
