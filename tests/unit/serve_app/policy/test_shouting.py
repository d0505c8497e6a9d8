"""The shouting rule."""

from __future__ import annotations

import pytest

from tests.unit.serve_app.policy.judge import rule_ids

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("COFFEE IS READY NOW", "format.shouting"),
        ("КОФЕ ГОТОВ ПРЯМО СЕЙЧАС", "format.shouting"),
        ("Coffee!!!", "format.marks"),
        ("Really?!?", "format.marks"),
        ("Coffee ☕🔥🎉🥐", "emoji.count"),
        ("Coffee $$$", "format.symbols"),
        ("★★★ coffee", "format.symbols"),
    ],
)
def test_shouting(text: str, code: str) -> None:
    assert code in rule_ids(text)


@pytest.mark.parametrize(
    "text", ["NASA and ESA meet over coffee", "Coffee!", "Wait, what?!", "OK GO", f"Coffee for {FAMILY} ☕"]
)
def test_a_raised_voice_is_no_shouting(text: str) -> None:
    assert rule_ids(text) == set()
