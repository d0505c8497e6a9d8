"""Numbers and dates in text, in their spellings."""

from __future__ import annotations

import pytest

from serve_app.policy.numbers import counting_words, date_words, dates_in, numbers, spelled


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        ("1,500 guests", "plain", {1500.0, 1.5}),
        ("1.5k guests", "plain", {1500.0}),
        ("20% off", "percent", {20.0}),
        ("$4.50", "money", {4.5}),
        ("3 Euro", "money", {3.0}),
    ],
)
def test_every_reading_of_a_number_has_its_kind(text: str, kind: str, values: set[float]) -> None:
    readings = list(numbers(text))
    assert {number.kind for number in readings} == {kind}
    assert {number.value for number in readings} == values


def test_numbers_in_words_are_read_in_their_language() -> None:
    assert list(spelled(["Twelve", "seats"], "en")) == [(12, "Twelve")]
    assert list(spelled(["zwei", "Tassen"], "de")) == [(2, "zwei")]
    assert list(spelled(["zwei"], "en")) == []


def test_ordinals_claim_no_quantity() -> None:
    assert "two" in counting_words("en")
    assert not {"first", "both"} & counting_words("en")


def test_march_is_a_month_beside_a_number_only() -> None:
    assert list(date_words("On March 2")) == [("march", "March")]
    assert list(date_words("You may march in")) == []


def test_an_iso_date_grounds_its_weekday_and_month() -> None:
    assert dates_in("Opened on 2026-03-02") == {"monday", "march"}
    assert dates_in("Opened on 2026-13-45") == set()
