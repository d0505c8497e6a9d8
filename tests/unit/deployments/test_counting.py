# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""The ways to count the length of a text."""

from __future__ import annotations

import time

import pytest

from deployments.counting import measure
from deployments.types import CountingUnit

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "graphemes", "width", "utf8"),
    [
        ("café", 4, 4, 5),
        ("cafe\u0301", 4, 4, 6),
        (FAMILY, 1, 2, 25),
        ("咖啡", 2, 4, 6),
        ("ＯＫ", 2, 4, 6),
        ("", 0, 0, 0),
        ("plain, 10!", 10, 10, 10),
        ("a\r\nb\rc", 5, 5, 6),
        ("🇩🇪🇪🇸", 2, 2, 16),
        ("🇩🇪🇪", 2, 2, 12),
        ("🇩🇪\u0301\u200da", 2, 2, 14),
    ],
)
def test_ways_to_count(text: str, graphemes: int, width: int, utf8: int) -> None:
    counted = [measure(text, u) for u in (CountingUnit.GRAPHEMES, CountingUnit.WIDTH, CountingUnit.UTF8_BYTES)]
    assert counted == [graphemes, width, utf8]
    assert measure(text, CountingUnit.CODE_POINTS) == len(text)


@pytest.mark.parametrize("piece", ["🇩", "👩\u200d", "e\u0301", "\u200d", "क्", "\r\n", "\u0600"])
def test_counting_is_linear(piece: str) -> None:
    """10,000 flags took 0.2 s: at each one those before it were counted."""
    began = time.thread_time()
    measure(piece * (10_000 // len(piece)), CountingUnit.WIDTH)
    assert time.thread_time() - began < 0.1
