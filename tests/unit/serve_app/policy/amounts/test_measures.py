"""Numbers with a unit."""

from __future__ import annotations

import pytest

from serve_app.policy.amounts.claims import Number
from tests.unit.serve_app.policy.amounts.read import readings


@pytest.mark.parametrize(
    ("language", "text", "value", "unit"),
    [
        ("en", "a 10-inch pan", 10, "inch"),
        ("en", "2½ hours", 2.5, "hour"),
        ("en", "2 hours 30 minutes", 2.5, "hour"),
        ("zh", "两年半", 2.5, "year"),
        ("ja", "2時間半", 2.5, "hour"),
        ("ru", "5-летний", 5, "year"),
        ("hi", "डेढ़ घंटे", 1.5, "hour"),
    ],
)
def test_a_measure_has_its_unit(language: str, text: str, value: float, unit: str) -> None:
    (found,) = readings(text, language)
    assert isinstance(found, Number)
    assert (found.value, found.unit) == (value, unit)


def test_a_short_form_covers_what_it_rounds() -> None:
    (found,) = readings("1.2M fans")
    assert isinstance(found, Number)
    assert 0.03 < found.margin < 0.05
