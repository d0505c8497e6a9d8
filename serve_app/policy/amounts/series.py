"""The last day of a series: five Tuesdays from 6 October, three weeks, ten days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from serve_app.policy.amounts.claims import Claim, Day, Number, Weekday

_MOST: Final = 6  # days and numbers of an item that are put together
_LONGEST: Final = 60
_ANY_YEAR: Final = 2027  # no leap year
_MONTHS: Final = 12


def last_days(claims: Sequence[Claim]) -> frozenset[tuple[int, int]]:
    """Return the month and day of each last day that the item's days and numbers may come to."""
    readings = [reading for claim in claims for reading in claim.readings]
    days = [reading for reading in readings if isinstance(reading, Day) and reading.month and reading.day][:_MOST]
    numbers = [reading for reading in readings if isinstance(reading, Number) and _is_count(reading)][:_MOST]
    weekly = any(isinstance(reading, Weekday) for reading in readings)
    found = (_last(first, number, weekly) for day in days for first in _date(day) for number in numbers)
    return frozenset((last.month, last.day) for lasts in found for last in lasts)


def _is_count(number: Number) -> bool:
    return 1 < number.value <= _LONGEST and number.value == int(number.value) and not number.bound


def _date(day: Day) -> Iterator[date]:
    try:
        yield date(day.year or _ANY_YEAR, day.month or 1, day.day or 1)
    except (ValueError, OverflowError):
        return


def _last(first: date, number: Number, weekly: bool) -> Iterator[date]:
    count = int(number.value)
    if number.unit == "month":
        month = first.month - 1 + count
        yield from _date(Day(first.year + month // _MONTHS, month % _MONTHS + 1, first.day))
    offsets = {
        "day": (count - 1, count),
        "week": (7 * count - 7, 7 * count - 1, 7 * count),
        "": (7 * count - 7,) if weekly else (),
    }
    for offset in offsets.get(number.unit, ()):
        try:
            yield first + timedelta(offset)
        except OverflowError:
            return
