"""The days, weekdays, years and times that an item names, and those that follow from them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from serve_app.policy.amounts.claims import Claim, Day, Decade, Named, Number, Reading, Time, Weekday
from serve_app.policy.amounts.moments import WEEKEND

_MOST_YEARS: Final = 5  # that a day without a year may be of
_LIKELY_YEARS: Final = range(1900, 2101)
_NOON: Final = 12 * 60


class CalendarFacts:
    """What an item says of time. Built once a request."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self.days: dict[tuple[int | None, int | None], set[int | None]] = {}
        self.numbers_of_days: set[int] = set()
        self.years: set[int] = set()
        self.weekdays: set[int] = set()
        self._decades: set[int] = set()
        self._times: dict[int, set[tuple[int, bool]]] = {}
        self._names: set[str] = set()
        self._parts: list[Day] = []
        for claim in claims:
            for reading in claim.readings:
                self._add(reading)
        self._add_weekdays()

    def _add(self, reading: Reading) -> None:
        if isinstance(reading, Day):
            self._add_day(reading)
        elif isinstance(reading, Weekday):
            self.weekdays.add(reading.number)
        elif isinstance(reading, Decade):
            self._decades.add(reading.year)
        elif isinstance(reading, Time):
            self._times.setdefault(reading.minute % _NOON, set()).add((reading.minute, reading.sure))
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

    def _add_weekdays(self) -> None:
        for (month, day), its_years in self.days.items():
            if month is None or day is None:
                continue
            years = [year for year in its_years if year] or sorted(self.years)[-_MOST_YEARS:]
            for year in years:
                try:
                    self.weekdays.add(date(year, month, day).isoweekday())
                except ValueError:
                    continue
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
            known = self._times.get(reading.minute % _NOON, ())
            return any(minute == reading.minute or not (sure and reading.sure) for minute, sure in known)
        return isinstance(reading, Named) and reading.name in self._names

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
