# ruff: noqa: RUF001 - the letters of other scripts are meant
"""The emoji rule: whole ones pass, pieces of one do not."""

from __future__ import annotations

import pytest

from deployments.types import Copy, Severity
from serve_app.policy import PolicySettings, check
from serve_app.policy.emoji import EmojiRule
from tests.unit.serve_app.policy.judge import context

JOINER, STYLE, TONE, TEXT_STYLE = "\u200d", "\ufe0f", "\U0001f3fd", "\ufe0e"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


def found(title: str, **knobs: object) -> list[tuple[str, str, Severity]]:
    settings = PolicySettings(emoji=EmojiRule(**knobs))  # type: ignore[arg-type]
    return [(f.rule, f.text, f.severity) for f in check(Copy(title=title), context(), settings, only=("emoji",))]


@pytest.mark.parametrize(
    "whole",
    [
        *(f"👩{TONE}{JOINER}🚒", f"👨{JOINER}👩{JOINER}👧{JOINER}👦", f"❤{STYLE}{JOINER}🔥", f"🏴{JOINER}☠{STYLE}"),
        *(f"👩{TONE}{JOINER}🤝{JOINER}👨{TONE}", f"🏋{TONE}{JOINER}♀{STYLE}", f"🧑{JOINER}🦰", f"🏳{STYLE}{JOINER}🌈"),
        *("🇩🇪", "🇩🇪🇪🇸", SCOTLAND, f"1{STYLE}\u20e3", "#\u20e3", "🏴", f"☝{TONE}", "🧗", f"㊗{STYLE}", f"❤{TEXT_STYLE}"),
        *("©", "LEGO® Technic™", f"™{STYLE}", "↗", "★★", "5 * 3 #1", "café", "می\u200cخواهم", "क्\u200dष", "ه\u200d"),
    ],
)
def test_whole_emoji_and_text_pass(whole: str) -> None:
    assert found(f"{whole}") == found(f"x {whole} b") == []


@pytest.mark.parametrize(
    "piece",
    [
        *(f"👩{JOINER}", f"👩{TONE}{JOINER}", f"👨{JOINER}👩{JOINER}", f"👩{JOINER}🚒👩{JOINER}", f"🔥{JOINER}a"),
        *(TONE, f"🍕{TONE}", "🇩", "🇩🇪🇪", f"1{STYLE}", STYLE, "\u20e3", "🏴\U000e0067\U000e0062", "\U000e0073"),
    ],
)
def test_a_piece_of_one_is_rejected(piece: str) -> None:
    for text in (piece, f"x {piece} b"):
        ((rule, _, severity),) = found(text)
        assert (rule, severity) == ("emoji.broken", Severity.REWRITE)


def test_they_are_counted_whole_and_without_trade_marks() -> None:
    family = f"👨{JOINER}👩{JOINER}👧"
    assert found(f"{family}🇩🇪{SCOTLAND} ®™©") == []
    assert [rule for rule, *_ in found(f"{family}🇩🇪{SCOTLAND}☕")] == ["emoji.count"]
    assert found("no ☕", max_emoji=0)[0][2] is Severity.REWRITE


def test_an_operator_may_allow_some() -> None:
    assert found(f"👍{TONE} ❤{STYLE} ☕", allowed=("👍", "❤", "☕")) == []
    assert found("👍🔥", allowed=("👍",)) == [("emoji.allowed", "🔥", Severity.REWRITE)]


def test_one_in_place_of_a_word_is_for_review() -> None:
    assert found("Come to the ☕ now") == [("emoji.word", "the ☕", Severity.REVIEW)]
    assert found("Come to the bar ☕ now") == []
