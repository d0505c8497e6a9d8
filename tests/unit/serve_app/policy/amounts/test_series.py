"""The last day of a series."""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

import pytest

from serve_app.policy.amounts.series import last_days
from tests.unit.serve_app.policy.amounts.read import claimed


@pytest.mark.parametrize(
    ("language", "text", "last"),
    [
        ("en", "Five Tuesdays in a row from 2026-10-06", (11, 3)),
        ("en", "Three weeks from 6 October 2026", (10, 26)),
        ("es", "Diez días desde el 28 de octubre", (11, 6)),
        ("pt", "Cinco terças-feiras, a partir de 6 de outubro", (11, 3)),
        ("ru", "Пять вторников, начало 6 октября", (11, 3)),
        ("ar", "ثلاثة أسابيع من 6 أكتوبر", (10, 26)),
        ("hi", "6 अक्टूबर से तीन हफ़्ते", (10, 26)),
        ("ja", "10月6日から毎週火曜、全5回", (11, 3)),
        ("zh", "10月6日起，连续三周", (10, 26)),
        ("en", "Two months from 30 November 2026", (1, 30)),
    ],
)
def test_the_last_day_follows(language: str, text: str, last: tuple[int, int]) -> None:
    assert last in last_days(claimed(text, language))


@pytest.mark.parametrize("text", ["Five dogs on 6 October", "Tuesdays, from 6 October", "9999-12-31, 9 weeks", ""])
def test_no_day_follows(text: str) -> None:
    assert last_days(claimed(text)) == frozenset()
