# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""The banned-words rule."""

from __future__ import annotations

import pytest

from deployments.settings import parse
from deployments.types import Severity
from serve_app.policy import PolicySettings
from tests.unit.serve_app.policy.judge import ITEM, findings, rule_ids


@pytest.mark.parametrize(
    "text",
    ["Fuck the queue", "ＦＵＣＫ the queue", "f\u200buck the queue", "Kill  yourself for coffee", "MIRACLE cure"],
)
def test_banned_words_block(text: str) -> None:
    assert any(f.rule == "terms.banned" and f.severity is Severity.BLOCK for f in findings(text))


@pytest.mark.parametrize(
    "text", ["Scunthorpe loves coffee", "Shiitake and coffee", "A classic espresso", "Bitcoin for beans"]
)
def test_a_banned_word_inside_another_is_none(text: str) -> None:
    assert rule_ids(text) == set()


def test_the_operators_list_replaces_the_default() -> None:
    words = [{"text": "Latte Art", "action": "review"}, {"text": "最佳"}, {"text": "c++"}]
    settings = parse(PolicySettings, {"banned": {"words": words}}, "policy")
    terms = [f for f in findings("latte  art", settings=settings) if f.rule.startswith("terms.")]
    assert [(f.text, f.severity) for f in terms] == [("latte art", Severity.REVIEW)]
    chinese = ITEM.model_copy(update={"locale": "zh-CN"})
    assert "terms.banned" in rule_ids("本店最佳咖啡", settings=settings, item=chinese)
    assert "terms.banned" in rule_ids("Coffee for C++ coders", settings=settings)
    assert rule_ids("Shit, coffee", settings=settings) == set()
