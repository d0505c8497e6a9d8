"""The table of findings has all that the rules have, with the severity that the settings say."""

from __future__ import annotations

from serve_app.policy import PolicySettings
from serve_app.policy.registry import RULES
from serve_app.policy.table import RuleRow, rule_rows


def test_every_kind_of_finding_is_in_the_table() -> None:
    rows = rule_rows(PolicySettings())
    assert [row.id for row in rows] == sorted(one.id for rule in RULES.values() for one in rule.ids)
    assert {row.severity for row in rows} <= {"BLOCK", "REWRITE", "REVIEW", "OFF"}


def test_the_severity_is_that_of_the_settings() -> None:
    settings = PolicySettings.model_validate({"empty": {"action": "off"}})
    (row,) = (row for row in rule_rows(settings) if row.id == "format.empty")
    assert row == RuleRow("format.empty", "OFF", "a requested field has no words", "policy.empty.action")
