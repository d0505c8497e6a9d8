"""What follows from the days of an item."""

from __future__ import annotations

from serve_app.policy.amounts.calendar_facts import CalendarFacts
from serve_app.policy.amounts.claims import Day, Decade, Named, NthWeekday, Time, Weekday
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


def test_a_range_holds_what_lies_between() -> None:
    text = "Thu-Sun, 9 to 11 December, 11 am to 2 pm"
    facts = CalendarFacts(claimed(text), text)
    assert all(facts.holds(r) for r in (Weekday(5), Day(None, 12, 10), Time(720, True)))
    assert not any(facts.holds(r) for r in (Weekday(3), Day(None, 12, 12), Time(750, True)))


def test_before_and_after_reach_an_hour() -> None:
    facts = CalendarFacts(claimed("5:41 am"))
    assert facts.holds(Time(360, True, "before"))
    assert facts.holds(Time(300, True, "after"))
    assert not any(facts.holds(r) for r in (Time(420, True, "before"), Time(360, True, "after"), Time(360, True)))


def test_a_counted_weekday_and_a_season_follow_from_a_day() -> None:
    facts = CalendarFacts(claimed("2026-12-14"))
    assert facts.holds(NthWeekday(12, 1, 2))
    assert facts.holds(Named("seasons:winter"))
    assert not any(facts.holds(r) for r in (NthWeekday(12, 1, 1), NthWeekday(12, 2, 2), Named("seasons:spring")))
