# ruff: noqa: RUF001 - the letters of other scripts are meant
"""The words of a language: every file is whole, and unknown languages have figures, signs and calendar names."""

from __future__ import annotations

from importlib.resources import files

import pytest

from serve_app.policy.amounts.claims import UNITS
from serve_app.policy.amounts.lexicon import key_of, lexicon_of, lowered, plain

LANGUAGES = sorted(path.name[:-5] for path in files("serve_app.policy.amounts").joinpath("data").iterdir())
EIGHT = ("ar", "en", "es", "hi", "ja", "pt", "ru", "zh")


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "common"])
def test_the_units_of_a_language_are_known_and_its_words_are_found(language: str) -> None:
    lexicon = lexicon_of(language)
    assert {roles["units"] for roles in lexicon.roles.values() if "units" in roles} <= UNITS.keys()
    missed = [word for word in lexicon.roles if not lexicon.pattern.search(word)]
    assert missed == []


@pytest.mark.parametrize("language", EIGHT)
def test_each_language_counts_to_ten_and_knows_its_calendar(language: str) -> None:
    roles = lexicon_of(language).roles.values()
    values = {r[name] for r in roles for name in ("numbers", "scales", "ordinals") if name in r}
    assert set(range(1, 11)) <= values
    assert {r["weekdays"] for r in roles if "weekdays" in r} == set(range(1, 8))


def test_a_language_without_a_file_has_the_calendar_of_the_cldr() -> None:
    assert lexicon_of("uk").roles["п'ятниця"]["weekdays"] == 5
    assert lexicon_of("xx").roles["%"]["percent"]


def test_letters_and_digits_have_one_form_at_the_same_length() -> None:
    assert plain("١٢٫٥ إلى ألف") == "12.5 الي الف"
    assert key_of("Ёлка-1") == "елка 1"
    assert len(lowered("İstanbul")) == len("İstanbul")
