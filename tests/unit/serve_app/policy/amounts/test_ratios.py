"""Shares and discounts in percent."""

from __future__ import annotations

import pytest

from serve_app.policy.amounts.claims import Ratio
from tests.unit.serve_app.policy.amounts.read import readings


@pytest.mark.parametrize(
    ("language", "text", "percent", "off"),
    [
        ("en", "two thirds of voters", 66.67, False),
        ("en", "nine in ten", 90, False),
        ("en", "25 percent off", 25, True),
        ("zh", "三分之二", 66.67, False),
        ("zh", "百分之九十", 90, False),
        ("zh", "打八折", 20, True),
        ("zh", "七五折", 25, True),
        ("zh", "立减八成", 80, True),
        ("ja", "3割5分", 35, False),
        ("ja", "8割引き", 80, True),
        ("hi", "तीन चौथाई", 75, False),
        ("ru", "скидка 20 %", 20, True),
        ("ar", "خصم 20٪", 20, True),
    ],
)
def test_a_share_is_read_in_percent(language: str, text: str, percent: float, off: bool) -> None:
    (found,) = readings(text, language)
    assert isinstance(found, Ratio)
    assert found.percent == pytest.approx(percent, abs=0.01)
    assert found.off == off


def test_half_alone_is_no_share_in_english() -> None:
    assert readings("half the fun") == []
