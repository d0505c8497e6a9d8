"""The texts that try to steer a prompt. `test_injection.py` of the generator holds the prompts against them."""

from __future__ import annotations

import unicodedata

from benchmarks.fuzz.injections import INJECTIONS
from deployments.types import MAX_NAME


def test_they_are_many_and_different() -> None:
    assert len(set(INJECTIONS)) == len(INJECTIONS) >= 60


def test_they_fit_the_shortest_field() -> None:
    assert max(map(len, INJECTIONS)) <= MAX_NAME


def test_they_come_in_many_scripts() -> None:
    scripts = {unicodedata.name(c).split()[0] for text in INJECTIONS for c in text if c.isalpha()}
    assert scripts >= {
        "LATIN",
        "CYRILLIC",
        "GREEK",
        "ARABIC",
        "HEBREW",
        "DEVANAGARI",
        "THAI",
        "HANGUL",
        "CJK",
        "HIRAGANA",
    }
