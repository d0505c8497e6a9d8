"""Rates of the copy checks over cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from benchmarks.policy import measure
from benchmarks.policy.cases import Case
from deployments.types import Copy, PolicyFinding, Severity
from serve_app.policy import PolicyContext, PolicySettings


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
    assert {**result["by_language"]["en"], "own": 0.5} == result["by_rule"]["length.*"]
    assert result["by_half"]["aware"] == {"recall": None, "false_blocks": None, "block": 0, "clean": 0}
    assert [bool(row["blocked_by"]) for row in rows] == [True, False, False]


def test_a_review_is_no_block(monkeypatch: pytest.MonkeyPatch) -> None:
    finding = PolicyFinding(rule="length.title", severity=Severity.REVIEW)
    monkeypatch.setattr(measure, "check", lambda *_: (finding,))
    result: dict[str, Any] = measure.run([case(1, "clean", "A quiet garden")])[0]
    assert result["false_blocks"] == 0.0


def test_a_rule_is_credited_with_its_own_blocks_and_charged_with_its_false_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    titles = {"A": "length.title", "B": "pii.email", "C": "script.mixed"}
    found = {title: (PolicyFinding(rule=rule), PolicyFinding(rule=rule)) for title, rule in titles.items()}
    monkeypatch.setattr(measure, "check", lambda copy, *_: found.get(copy.title, ()))
    cases = [case(1, "block", "A"), case(2, "block", "B"), case(3, "clean", "C"), case(4, "clean", "B")]
    result = measure.run(cases)[0]
    assert (result["by_rule"]["length.*"]["recall"], result["by_rule"]["length.*"]["own"]) == (1.0, 0.5)
    assert result["false_by"] == {"script.mixed": 1, "pii.email": 1}


def test_the_time_is_of_different_copies_on_one_item(monkeypatch: pytest.MonkeyPatch) -> None:
    timed: list[tuple[str, int]] = []

    def noting(copies: Sequence[tuple[Copy, PolicyContext]], _: PolicySettings) -> list[tuple[PolicyFinding, ...]]:
        timed.extend((copy.title, id(context)) for copy, context in copies)
        return [() for _ in copies]

    monkeypatch.setattr(measure, "check_all", noting)
    measure.run([case(number, "clean", str(number)) for number in range(8)])
    assert len(set(timed[:8])) == 8
    assert len({context for _, context in timed[:8]}) == 1
