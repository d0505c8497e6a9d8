"""What follows from the days of an item."""

from __future__ import annotations

from serve_app.policy.amounts.calendar_facts import CalendarFacts
from serve_app.policy.amounts.claims import Day, Decade, Time, Weekday
from tests.unit.serve_app.policy.amounts.read import claimed


def test_weekday_decade_and_year_follow_from_a_day() -> None:
    facts = CalendarFacts(claimed("Since 2025-06-06, 20:30"))
    assert all(
        facts.holds(r) for r in (Weekday(5), Decade(2020), Decade(20), Day(2025), Day(None, 6), Time(1230, True))
    )
    assert not any(facts.holds(r) for r in (Weekday(6), Decade(2010), Day(2024), Day(None, 7), Time(510, True)))


def test_a_part_of_a_month_holds_its_days_only() -> None:
    facts = CalendarFacts(claimed("on 3 June"))
    assert facts.holds(Day(None, 6, 1, 10))
    assert not facts.holds(Day(None, 6, 21, 31))
