"""The page of rules has every kind of finding."""

from __future__ import annotations

from serve_app.policy.registry import RULES
from tools.docs_rules import rules_page


def test_every_kind_of_finding_has_a_row() -> None:
    page = rules_page()
    ids = [one.id for rule in RULES.values() for one in rule.ids]
    assert [name for name in ids if f"| `{name}` | " not in page] == []
    assert "\n## length\n" in page
