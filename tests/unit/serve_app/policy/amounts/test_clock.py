"""Times of day in the forms of each language."""

from __future__ import annotations

import pytest

from serve_app.policy.amounts.claims import Time
from tests.unit.serve_app.policy.amounts.read import readings


@pytest.mark.parametrize(
    ("language", "text", "minute"),
    [
        ("en", "20:30", 20 * 60 + 30),
        ("en", "8:30 pm", 20 * 60 + 30),
        ("en", "at a quarter past eight in the evening", 20 * 60 + 15),
        ("en", "noon", 720),
        ("es", "a las siete y media de la tarde", 19 * 60 + 30),
        ("es", "a las nueve menos cuarto de la noche", 20 * 60 + 45),
        ("pt", "às duas da tarde", 14 * 60),
        ("pt", "às 16h30", 16 * 60 + 30),
        ("ru", "в половине седьмого вечера", 18 * 60 + 30),
        ("ru", "без четверти восемь вечера", 19 * 60 + 45),
        ("ar", "الثامنة والنصف مساء", 20 * 60 + 30),
        ("hi", "शाम साढ़े सात बजे", 19 * 60 + 30),
        ("ja", "午後六時半", 18 * 60 + 30),
        ("zh", "晚上七点半", 19 * 60 + 30),
        ("zh", "夜里两点", 2 * 60),
        ("zh", "晚上十点四十", 22 * 60 + 40),
        ("zh", "早上八点二十五", 8 * 60 + 25),
        ("zh", "晚上八点二十名选手", 20 * 60),
    ],
)
def test_a_time_is_read(language: str, text: str, minute: int) -> None:
    assert readings(text, language)[0] == Time(minute, sure=True)
