# ruff: noqa: RUF001 - the letters of other scripts are meant
"""Days, months and years in the forms of each language."""

from __future__ import annotations

import pytest

from serve_app.policy.amounts.claims import Day, Decade, Weekday
from tests.unit.serve_app.policy.amounts.read import readings


@pytest.mark.parametrize(
    ("language", "text", "moment"),
    [
        ("en", "June 6, 2025", Day(2025, 6, 6)),
        ("en", "the sixth of June", Day(None, 6, 6)),
        ("en", "2025-06-06", Day(2025, 6, 6)),
        ("en", "the 1980s", Decade(1980)),
        ("en", "on Fridays", Weekday(5)),
        ("es", "16 de julio de 2025", Day(2025, 7, 16)),
        ("pt", "terça", Weekday(2)),
        ("ru", "первого октября 1925-го", Day(1925, 10, 1)),
        ("ru", "в 1937 году", Day(1937)),
        ("ar", "٥ كانون الأول", Day(None, 12, 5)),
        ("hi", "चार जुलाई 1881", Day(1881, 7, 4)),
        ("ja", "令和元年六月六日", Day(2019, 6, 6)),
        ("ja", "6月下旬", Day(None, 6, 21, 31)),
        ("zh", "民國七十五年", Day(1986)),
        ("zh", "90年代", Decade(90)),
        ("de", "6. Juni 2025", Day(2025, 6, 6)),
    ],
)
def test_a_moment_is_read(language: str, text: str, moment: object) -> None:
    assert readings(text, language) == [moment]


def test_the_first_day_of_a_range_has_the_month_of_the_last() -> None:
    assert readings("from 3 to 9 July") == [Day(None, 7, 3), Day(None, 7, 9)]


def test_a_verb_is_no_month() -> None:
    assert readings("You may march in") == []
