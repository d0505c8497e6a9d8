"""The days, weekdays, years and times that an item names, and those that follow from them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Final

from serve_app.policy.amounts.claims import Claim, Day, Decade, Named, NthWeekday, Number, Reading, Time, Weekday
from serve_app.policy.amounts.moments import WEEKEND

_MOST_YEARS: Final = 5  # that a day without a year may be of
_LIKELY_YEARS: Final = range(1900, 2101)
_NOON: Final = 12 * 60
_LONGEST_MIDDAY: Final = 4 * 60
_SIDES: Final = {"": (0, 0), "before": (-60, 0), "after": (0, 60)}  # minutes from what is said to what is so
_SEASONS: Final = {"seasons:spring": 3, "seasons:summer": 6, "seasons:autumn": 9, "seasons:winter": 12}  # first month
_LONGEST_RANGE: Final = 10
_RANGE: Final = re.compile(
    r"\s?(?:[-\u2013—〜~至到]|to|through|thru|till|until|al?|hasta(?: el)?|até|à|по|до|إلى|حتى|से|から|bis|au)?\s?"
)


def _weekday(year: int, month: int, day: int) -> int:
    """Return its number, Monday is 1; 0 where there is no such day."""
    try:
        return date(year, month, day).isoweekday()
    except ValueError:
        return 0


class CalendarFacts:
    """What an item says of time. Built once a request."""

    def __init__(self, claims: Sequence[Claim], text: str = "") -> None:
        self.days: dict[tuple[int | None, int | None], set[int | None]] = {}
        self.numbers_of_days: set[int] = set()
        self.years: set[int] = set()
        self.weekdays: set[int] = set()
        self._decades: set[int] = set()
        self._times: set[tuple[int, bool]] = set()
        self._names: set[str] = set()
        self._parts: list[Day] = []
        self._counted: set[NthWeekday] = set()
        self._spans: list[tuple[int, int]] = []
        for claim in claims:
            for reading in claim.readings:
                self._add(reading)
        for first, last in pairwise(claims):
            between = text[first.end : last.start]
            if not first.end < last.start <= first.end + _LONGEST_RANGE:
                continue
            if _RANGE.fullmatch(between):
                self._fill(first.readings, last.readings)
            one, other = first.readings[0], last.readings[0]
            if isinstance(one, Time) and isinstance(other, Time):
                self._spans.append((one.minute, other.minute))
        self._add_weekdays()

    def _add(self, reading: Reading) -> None:
        if isinstance(reading, Day):
            self._add_day(reading)
        elif isinstance(reading, Weekday):
            self.weekdays.add(reading.number)
        elif isinstance(reading, NthWeekday):
            self._counted.add(reading)
            self.weekdays.add(reading.weekday)
            self.days.setdefault((reading.month, None), set()).add(None)
        elif isinstance(reading, Decade):
            self._decades.add(reading.year)
        elif isinstance(reading, Time):
            self._times.add((reading.minute, reading.sure))
        elif isinstance(reading, Named):
            self._names.add(reading.name)
        elif isinstance(reading, Number) and reading.value in _LIKELY_YEARS:
            self.years.add(int(reading.value))

    def _add_day(self, day: Day) -> None:
        if day.year:
            self.years.add(day.year)
        if day.last:
            self._parts.append(day)
        for key in ((day.month, day.day), (day.month, None)):
            self.days.setdefault(key, set()).add(day.year)
        if day.day and not day.last:
            self.numbers_of_days.add(day.day)

    def _fill(self, first: Sequence[Reading], last: Sequence[Reading]) -> None:
        """Add what lies between: the 10th of "9 to 11 December", the Friday of "Thursday to Sunday"."""
        for one, other in ((one, other) for one in first for other in last):
            if isinstance(one, Day) and isinstance(other, Day) and one.month and other.month:
                if one.day and other.day and one.month == other.month:
                    for day in range(one.day + 1, other.day):
                        self._add_day(Day(one.year or other.year, one.month, day))
                for month in range(one.month + 1, one.month + (other.month - one.month) % 12):
                    self._add_day(Day(None, (month - 1) % 12 + 1))
            elif isinstance(one, Weekday) and isinstance(other, Weekday):
                days = range(one.number + 1, one.number + (other.number - one.number) % 7)
                self.weekdays.update((day - 1) % 7 + 1 for day in days)

    def _add_weekdays(self) -> None:
        for (month, day), its_years in self.days.items():
            if month is None or day is None:
                continue
            years = [year for year in its_years if year] or sorted(self.years)[-_MOST_YEARS:]
            self.weekdays.update(_weekday(year, month, day) for year in years)
        self.weekdays.discard(0)
        if self.weekdays & {6, 7}:
            self.weekdays.add(WEEKEND)

    def holds(self, reading: Reading) -> bool:
        """Whether the item says so, or it follows."""
        if isinstance(reading, Day):
            return self._holds_day(reading)
        if isinstance(reading, Weekday):
            return reading.number in self.weekdays
        if isinstance(reading, Decade):
            return self._holds_decade(reading.year)
        if isinstance(reading, Time):
            return self._holds_time(reading)
        if isinstance(reading, NthWeekday):
            return self._holds_counted(reading)
        return isinstance(reading, Named) and (reading.name in self._names or self._in_season(reading.name))

    def _holds_time(self, time: Time) -> bool:
        early, late = _SIDES[time.side]
        for minute, sure in self._times:
            day = 2 * _NOON if sure and time.sure else _NOON
            if early <= (minute - time.minute + day // 2) % day - day // 2 <= late:
                return True
        midday = time.minute == _NOON and time.sure  # of "free from 11 am to 2 pm"
        return midday and any(start <= _NOON <= end <= start + _LONGEST_MIDDAY for start, end in self._spans)

    def _holds_counted(self, day: NthWeekday) -> bool:
        if day in self._counted:
            return True
        for (month, number), its_years in self.days.items():
            if month == day.month and number and (number - 1) // 7 + 1 == day.nth:
                years = [year for year in its_years if year] or sorted(self.years)[-_MOST_YEARS:]
                if not years or any(_weekday(year, month, number) == day.weekday for year in years):
                    return True
        return False

    def _in_season(self, name: str) -> bool:
        """Whether the item has a month of that season, north or south."""
        first = _SEASONS.get(name)
        months = {(first + n + south - 1) % 12 + 1 for n in range(3) for south in (0, 6)} if first else set()
        return any(month in months for month, _ in self.days)

    def _holds_day(self, day: Day) -> bool:
        if day.month is None and day.day is None:
            return day.year in self.years
        if day.month is None:
            return day.day in self.numbers_of_days
        if day.last is not None:
            return self._holds_part(day)
        known = self.days.get((day.month, day.day))
        if known is None:
            return False
        return day.year is None or day.year in known or (None in known and (not self.years or day.year in self.years))

    def _holds_part(self, part: Day) -> bool:
        assert part.day is not None  # noqa: S101 - a part of a month has its first and last day
        assert part.last is not None  # noqa: S101
        if any((p.month, p.day, p.last) == (part.month, part.day, part.last) for p in self._parts):
            return True
        return any((part.month, day) in self.days for day in range(part.day, part.last + 1))

    def _holds_decade(self, decade: int) -> bool:
        whole = decade >= 1000
        if any(d == decade or (d % 100 == decade % 100 and not (whole and d >= 1000)) for d in self._decades):
            return True
        return any(year // 10 * 10 == decade if whole else year % 100 // 10 * 10 == decade for year in self.years)
