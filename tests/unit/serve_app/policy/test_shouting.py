"""The shouting rule."""

from __future__ import annotations

import pytest

from tests.unit.serve_app.policy.judge import codes

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("COFFEE IS READY NOW", "ALL_CAPS"),
        ("КОФЕ ГОТОВ ПРЯМО СЕЙЧАС", "ALL_CAPS"),
        ("Coffee!!!", "MARKS_RUN"),
        ("Really?!?", "MARKS_RUN"),
        ("Coffee ☕🔥🎉🥐", "TOO_MANY_EMOJI"),
        ("Coffee $$$", "SYMBOL_RUN"),
        ("★★★ coffee", "SYMBOL_RUN"),
    ],
)
def test_shouting(text: str, code: str) -> None:
    assert code in codes(text)


@pytest.mark.parametrize(
    "text", ["NASA and ESA meet over coffee", "Coffee!", "Wait, what?!", "OK GO", f"Coffee for {FAMILY} ☕"]
)
def test_a_raised_voice_is_no_shouting(text: str) -> None:
    assert codes(text) == set()
