"""Days by a name or by counting."""

from __future__ import annotations

import pytest

from serve_app.policy.amounts.claims import Day, NthWeekday
from serve_app.policy.amounts.named_days import named_day
from tests.unit.serve_app.policy.amounts.read import readings, tokens


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "the 1st Monday in December"),
        ("es", "primer lunes de diciembre"),
        ("pt", "primeira segunda-feira de dezembro"),
        ("ru", "в первый понедельник декабря"),
        ("ar", "الاثنين الأول من ديسمبر"),
        ("hi", "दिसंबर के पहले सोमवार"),
        ("ja", "12月の第1月曜日"),
        ("zh", "12月第一个星期一"),
    ],
)
def test_the_nth_weekday_of_a_month_is_read(language: str, text: str) -> None:
    assert readings(text, language) == [NthWeekday(12, 1, 1)]


@pytest.mark.parametrize(
    ("language", "text", "month", "day"),
    [
        ("en", "on Christmas Eve", 12, 24),
        ("es", "en Nochevieja", 12, 31),
        ("pt", "na véspera de Natal", 12, 24),
        ("ru", "в День Победы", 5, 9),
        ("ar", "ليلة رأس السنة", 12, 31),
        ("hi", "गणतंत्र दिवस पर", 1, 26),
        ("ja", "大晦日", 12, 31),
        ("zh", "平安夜", 12, 24),
    ],
)
def test_a_feast_is_its_day(language: str, text: str, month: int, day: int) -> None:
    assert readings(text, language) == [Day(None, month, day)]


def test_a_weekday_beside_a_month_is_no_count() -> None:
    assert named_day(tokens("Monday, 7 December"), 0) is None
    assert named_day(tokens("first, Monday. December"), 0) is None
