"""Rates of the copy checks over cases."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.policy import measure
from benchmarks.policy.cases import Case


def case(number: int, label: str, title: str) -> Case:
    return Case.model_validate(
        {
            "id": f"blind-en-{number}", "item": {"title": "A quiet garden"},
            "copy": {"title": title, "body": "Walk in whenever you like."}, "profile": "ios", "locale": "en-US",
            "label": label, "rules": ["length.*"], "why": "w",
        }
    )  # fmt: skip


def test_recall_and_false_blocks_are_shares_of_their_own_labels() -> None:
    long = "A quiet garden, " * 20
    cases = [case(1, "block", long), case(2, "block", "A quiet garden"), case(3, "clean", "A quiet garden")]
    result, rows = measure.run(cases)
    assert (result["recall"], result["false_blocks"]) == (0.5, 0.0)
    assert result["by_language"]["en"] == result["by_rule"]["length.*"]
    assert result["by_half"]["aware"] == {"recall": None, "false_blocks": None, "block": 0, "clean": 0}
    assert [bool(row["blocked_by"]) for row in rows] == [True, False, False]


def test_a_review_is_no_block(monkeypatch: pytest.MonkeyPatch) -> None:
    class Finding:
        code = "X"
        severity = "REVIEW"

    monkeypatch.setattr(measure, "check", lambda *_: (Finding(),))
    result: dict[str, Any] = measure.run([case(1, "clean", "A quiet garden")])[0]
    assert result["false_blocks"] == 0.0
