"""Reference page of the policy rules: each kind of finding, by family."""

from __future__ import annotations

from itertools import groupby

from docs_models import cell, table

from serve_app.policy import PolicySettings
from serve_app.policy.table import RuleRow, rule_rows

HEAD = """# Rules

Every kind of finding of the [copy checks](../check.md), by its id, which stays the same. BLOCK rejects a copy. REWRITE
rejects it as it stands, and generated copy is repaired. REVIEW keeps it. The setting is a key of the Ingress's
`user_config`: "block", "rewrite", "review" or "off". The rules' other settings are among the [knobs](knobs.md).
`pushgen rules` prints this table.
"""


def rules_page() -> str:
    families = groupby(rule_rows(PolicySettings()), key=lambda row: row.id.split(".")[0])
    return HEAD + "".join(f"\n## {name}\n\n{_table(list(rows))}" for name, rows in families)


def _table(rows: list[RuleRow]) -> str:
    cells = ([f"`{row.id}`", row.severity, cell(row.message), f"`{row.setting}`"] for row in rows)
    return table(("id", "default", "what", "setting"), cells)
